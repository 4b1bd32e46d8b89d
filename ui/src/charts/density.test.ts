import { expect, it } from "vitest";
import { findMiddle } from "./density";
import type { Line } from "./lines";

function lineOf(values: readonly number[]): Line {
  const x = Float64Array.from(values.keys());
  const last = Float64Array.from(values);
  const series = { runId: "r", key: "k", count: x.length, raw: true, x, low: last, high: last, last };
  return { run: { runId: "r", name: "r", color: "", dash: [] }, series, x, values: last };
}

it("leaves out the tenth of the lines at each end", () => {
  const lines = Array.from({ length: 11 }, (_, index) => lineOf([index, index * 10]));

  const { x, low, high } = findMiddle(lines);

  expect([[...x], [...low], [...high]]).toEqual([[0, 1], [1, 10], [9, 90]]);
});

it("says nothing where hardly a line is, and takes no part in gaps", () => {
  const lines = [lineOf([1, 2, 3]), lineOf([1, Number.NaN]), lineOf([1, 2])];

  expect([...findMiddle(lines).low]).toEqual([1, Number.NaN, Number.NaN]);
  expect(findMiddle([]).x).toHaveLength(0);
});

it("needs a hundred places at most", () => {
  const { x } = findMiddle([lineOf(Array.from({ length: 5000 }, (_, index) => index))]);

  expect([x.length, x[0], x.at(-1)]).toEqual([100, 0, 4999]);
});
