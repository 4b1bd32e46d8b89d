import { expect, it } from "vitest";
import { fitting, rateFit } from "./fuzzy";

it("rates words in any order above letters in their order", () => {
  expect(rateFit("OWL keen", "keen-owl-7")).toBe(2);
  expect(rateFit("kwl", "keen-owl-7")).toBe(1);
  expect(rateFit("wk", "keen-owl-7")).toBe(0);
});

it("keeps the order of what fits equally well", () => {
  expect(fitting(["churn", "cherry urn", "urn", "lunch"], "urn", (name) => name)).toEqual(["churn", "cherry urn", "urn"]);
  expect(fitting(["c-u-rn", "curn"], "curn", (name) => name)).toEqual(["curn", "c-u-rn"]);
});
