import { expect, it } from "vitest";
import { findRoute } from "../lib/routes";
import { baseOf, readPlace, writePlace } from "./route";

it("reads the tab and the artifact", () => {
  expect(readPlace("")).toEqual({ tab: "overview", path: "" });
  expect(readPlace("metrics")).toEqual({ tab: "metrics", path: "" });
  expect(readPlace("artifacts/a b/c.txt")).toEqual({ tab: "artifacts", path: "a b/c.txt" });
  expect(readPlace("nonsense/x").tab).toBe("overview");
});

it("knows the page of the run from that of any tab", () => {
  expect(baseOf("/experiments/1/runs/abc/artifacts/x")).toBe("/experiments/1/runs/abc");
  expect(baseOf("/runs/abc")).toBe("/runs/abc");
});

it("comes back to the same artifact through the address", () => {
  const path = "plots & more/100%/ü?#.png";
  const route = findRoute(writePlace("/runs/abc", "artifacts", path));
  expect(route.page === "run" && readPlace(route.rest)).toEqual({ tab: "artifacts", path });
  expect(writePlace("/runs/abc", "overview")).toBe("/runs/abc");
});
