import { expect, test } from "vitest";
import { RangeSelection } from "./range";

const ROWS = ["a", "b", "c", "d", "e"];
const idsOf = (first: number, end: number) => ROWS.slice(first, end);

test("a range grows, shrinks and turns round where it began, and what was selected before stays", () => {
  const range = new RangeSelection();
  range.begin(1, ["e"]);
  expect(range.reach(3, idsOf)).toEqual(["e", "b", "c", "d"]);
  expect(range.reach(2, idsOf)).toEqual(["e", "b", "c"]);
  expect(range.reach(0, idsOf)).toEqual(["e", "a", "b"]);
});

test("a range begins anew elsewhere", () => {
  const range = new RangeSelection();
  range.begin(0, []);
  range.begin(4, ["a"]);
  expect(range.reach(3, idsOf)).toEqual(["a", "d", "e"]);
});
