import { expect, it } from "vitest";
import { findRoute } from "../lib/routes";
import { placeOf } from "./recent";

it("remembers what one comes back to, by its own name", () => {
  const page = (path: string) => placeOf(findRoute(path), "owl")?.page;

  expect(page("/experiments/3/runs/r1/metrics")).toBe("/runs/r1");
  expect(page("/experiments/3/settings")).toBe("/experiments/3/runs");
  expect(placeOf(findRoute("/models/a%20b/versions/2"), "2")).toMatchObject({ kind: "model", text: "a b version 2", page: "/models/a%20b/versions/2" });
  expect([page("/"), page("/search"), page("/settings")]).toEqual([undefined, undefined, undefined]);
});
