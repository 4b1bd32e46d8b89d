import { expect, it } from "vitest";
import { splitMatches } from "./matches";

it("marks what was searched, whatever the case", () => {
  expect(splitMatches("Loss is loss", "LOSS")).toEqual(["", "Loss", " is ", "loss", ""]);
  expect(splitMatches("nothing", "zz")).toEqual(["nothing"]);
  expect(splitMatches("anything", "")).toEqual(["anything"]);
  expect(splitMatches("İstanbul", "stan")).toEqual(["İstanbul"]);
});
