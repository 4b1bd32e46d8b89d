import { expect, it } from "vitest";
import { contentHeight, findRows, MAX_HEIGHT, scrollTo } from "./scroll-scale";

const SHORT = { count: 100, rowHeight: 20, viewHeight: 200 };
const LONG = { count: 3_000_000, rowHeight: 20, viewHeight: 600 };

it("draws the rows in view and some around them", () => {
  expect(findRows(SHORT, 400, 2)).toEqual({ from: 18, to: 32, top: 360 });
  expect(findRows(SHORT, 0, 5)).toEqual({ from: 0, to: 15, top: 0 });
  expect(findRows({ ...SHORT, count: 0 }, 0, 5)).toEqual({ from: 0, to: 0, top: 0 });
});

it("reaches the last of millions of rows within a height that browsers know", () => {
  const end = contentHeight(LONG) - LONG.viewHeight;
  const { from, to, top } = findRows(LONG, end, 0);
  expect(contentHeight(LONG)).toBe(MAX_HEIGHT);
  expect(to).toBe(LONG.count);
  expect(from).toBe(LONG.count - 30);
  expect(top).toBe(end);
});

it("brings any row into view", () => {
  for (const row of [0, 17, 1_234_567, LONG.count - 1]) {
    const { from, to } = findRows(LONG, scrollTo(LONG, row), 0);
    expect(row >= from && row < to, `row ${row} in ${from}..${to}`).toBe(true);
  }
  expect(scrollTo(SHORT, 3)).toBe(0);
});
