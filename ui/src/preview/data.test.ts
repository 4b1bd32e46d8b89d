import { expect, it } from "vitest";
import { childrenOf, readData, typeOf, writeValue } from "./data";

it("reads JSON and YAML", async () => {
  expect(await readData('{"a": [1, null]}', "json")).toEqual({ a: [1, null] });
  expect(await readData("a:\n- 1\n- x: y\n", "yaml")).toEqual({ a: [1, { x: "y" }] });
  await expect(readData("{", "json")).rejects.toThrow();
  await expect(readData("a: b: c", "yaml")).rejects.toThrow();
});

it("says what a value is and holds", () => {
  expect([{}, [], "x", 1, true, null].map(typeOf)).toEqual(["object", "array", "string", "number", "boolean", "null"]);
  expect(childrenOf(["a", "b"])).toEqual([["0", "a"], ["1", "b"]]);
  expect(childrenOf({ k: 1 })).toEqual([["k", 1]]);
  expect([{ a: 1 }, [1, 2], "x", null, 1.5].map(writeValue)).toEqual(["1 entry", "2 items", '"x"', "null", "1.5"]);
});
