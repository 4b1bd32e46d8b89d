import { expect, it } from "vitest";
import { isFiltering, splitMatches } from "./log-search";

it("marks what was searched, whatever the case", () => {
  expect(splitMatches("Loss is loss", "LOSS")).toEqual(["", "Loss", " is ", "loss", ""]);
  expect(splitMatches("nothing", "zz")).toEqual(["nothing"]);
  expect(splitMatches("anything", "")).toEqual(["anything"]);
  expect(splitMatches("İstanbul", "stan")).toEqual(["İstanbul"]);
});

it("knows whether anything is left out", () => {
  expect(isFiltering({ contains: "", stream: "" })).toBe(false);
  expect(isFiltering({ contains: "", stream: "err" })).toBe(true);
});
