import { expect, it } from "vitest";
import { describeColumn, tellColumn } from "./column-facts";

const column = { name: "c", empty: 0, distinct: 3 };

it("sums up a column by its range, by what is common, or by how many there are", () => {
  expect(describeColumn({ ...column, low: -1.5, high: 20, empty: 1 }, 4)).toBe("-1.5 to 20, 1 empty");
  expect(describeColumn({ ...column, common: { left: 6, right: 3 } }, 10)).toBe("left 60 %");
  expect(describeColumn({ ...column, distinct: 4000, common: { left: 2 } }, 4001)).toBe("4,000 different");
  expect(describeColumn({ ...column, distinct: 0, empty: 2 }, 2)).toBe("all empty");
  expect(describeColumn({ ...column, distinct: 0 }, 0)).toBe("");
});

it("tells the rest on hover", () => {
  expect(tellColumn({ ...column, empty: 4, low: 1, high: 3, mean: 2 })).toBe("c: 3 different · mean 2 · 4 empty");
  expect(tellColumn({ ...column, common: { left: 6 } })).toBe("c: 3 different · “left” 6 times");
});
