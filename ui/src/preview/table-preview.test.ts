import { expect, it } from "vitest";
import { summarize } from "./table-preview";

it("sums up the cells of a column", () => {
  expect(summarize(["3", "-1.5", "", "20"])).toBe("-1.5 to 20, 1 empty");
  expect(summarize(["a", "b", "a"])).toBe("2 different");
  expect(summarize(["", ""])).toBe("all empty");
  expect(summarize([])).toBe("");
});
