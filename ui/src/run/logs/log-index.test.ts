import { expect, it } from "vitest";
import { chunkOfLine, chunkOfPosition, extendIndex, lastMark, NO_INDEX } from "./log-index";

const base = { name: "console.log", names: ["console.log"], size: 0, more: false, is_live: true };
const first = { ...base, positions: [0, 1000, 2000], lines: [0, 10, 25], count: 30, end: 2400 };

it("finds the chunk of a line and of a byte", () => {
  const index = extendIndex(NO_INDEX, first);
  expect(chunkOfLine(index, 10)).toEqual({ number: 1, position: 1000, end: 2000, line: 10, endLine: 25 });
  expect(chunkOfLine(index, 29)).toEqual({ number: 2, position: 2000, end: 2400, line: 25, endLine: 30 });
  expect(chunkOfPosition(index, 1999).number).toBe(1);
  expect(chunkOfLine(index, 0).number).toBe(0);
});

it("goes on where the last chunk begins", () => {
  const index = extendIndex(NO_INDEX, first);
  expect(lastMark(index)).toEqual({ position: 2000, line: 25 });
  const grown = extendIndex(index, { ...base, positions: [2000, 3000], lines: [25, 40], count: 41, end: 3050 });
  expect(grown).toEqual({ positions: [0, 1000, 2000, 3000], lines: [0, 10, 25, 40], count: 41, end: 3050 });
});

it("begins anew when the log begins anew", () => {
  const index = extendIndex(NO_INDEX, first);
  expect(extendIndex(index, { ...base, positions: [0], lines: [0], count: 2, end: 80 })).toEqual({ positions: [0], lines: [0], count: 2, end: 80 });
});
