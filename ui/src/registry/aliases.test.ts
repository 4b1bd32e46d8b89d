import { expect, test } from "vitest";
import { changesOfAliases } from "./aliases";

test("a list of aliases says which come and which go", () => {
  expect(changesOfAliases(["champion", "old"], "@champion, shadow,, shadow")).toEqual({ added: ["shadow"], removed: ["old"] });
  expect(changesOfAliases(["champion"], " champion ")).toEqual({ added: [], removed: [] });
});
