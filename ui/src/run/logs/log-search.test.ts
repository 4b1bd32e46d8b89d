import { expect, it } from "vitest";
import { isFiltering } from "./log-search";

it("knows whether anything is left out", () => {
  expect(isFiltering({ contains: "", stream: "" })).toBe(false);
  expect(isFiltering({ contains: "", stream: "err" })).toBe(true);
});
