import { expect, it } from "vitest";
import { nextOrder } from "./table-preview";

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
