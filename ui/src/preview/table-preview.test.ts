import { expect, it } from "vitest";
import { nextOrder, summarize } from "./table-preview";

it("sums up the cells of a column", () => {
  expect(summarize(["3", "-1.5", "", "20"])).toBe("-1.5 to 20, 1 empty");
  expect(summarize(["a", "b", "a"])).toBe("2 different");
  expect(summarize(["", ""])).toBe("all empty");
  expect(summarize([])).toBe("");
});

it("orders by a column up, down, and not at all", () => {
  const up = nextOrder({ sort: "", descending: false }, "a");
  const down = nextOrder(up, "a");
  expect([up, down, nextOrder(down, "a"), nextOrder(down, "b")]).toEqual([
    { sort: "a", descending: false },
    { sort: "a", descending: true },
    { sort: "", descending: false },
    { sort: "b", descending: false },
  ]);
});
