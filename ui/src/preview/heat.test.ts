import { expect, it } from "vitest";
import { colorOf, findRange, paintMeans } from "./heat";

it("goes from dark to light", () => {
  expect(colorOf(0)).toEqual([0x44, 0x01, 0x54]);
  expect(colorOf(0.5)).toEqual([0x21, 0x91, 0x8c]);
  expect(colorOf(7)).toEqual([0xfd, 0xe7, 0x25]);
});

it("paints a pixel for each number and nothing where there is none", () => {
  expect([...paintMeans([[0, null], [1, 2]], 0, 2)]).toEqual([0x44, 1, 0x54, 255, 0, 0, 0, 0, 0x21, 0x91, 0x8c, 255, 0xfd, 0xe7, 0x25, 255]);
  expect([...paintMeans([[3]], 3, 3)]).toEqual([0x21, 0x91, 0x8c, 255]);
});

it("finds the range of what is there", () => {
  expect(findRange([[null, 2], [-1, 0]])).toEqual([-1, 2]);
  expect(findRange([[null]])).toEqual([0, 0]);
});
