import { expect, test } from "vitest";
import type { Field, Signature } from "./signature";
import { cleanAddress, compactJson, hasForm, listTryCode, startValues, writeRequest, maySend } from "./try";

const field = (name: string, type: string, isRequired = true, standard = ""): Field => ({ name, type, isRequired, standard });
const signature: Signature = {
  inputs: [field("age", "long"), field("city", "string", false), field("tags", "array of string")],
  outputs: [],
  params: [field("threshold", "double", true, "0.5"), field("mode", "string", true, '"fast"')],
};

test("a form starts with the example and the defaults, and writes the request", () => {
  const example = '{"dataframe_split": {"columns": ["age", "tags", "other"], "data": [[7, ["a"], 1]]}}';

  const values = startValues(signature, example);

  expect(values).toEqual({ "inputs.age": "7", "inputs.tags": '["a"]', "params.threshold": "0.5", "params.mode": "fast" });
  expect(writeRequest(signature, { ...values, "inputs.age": "9007199254740993" })).toEqual({
    body: '{"dataframe_split":{"columns":["age","city","tags"],"data":[[9007199254740993,null,["a"]]]},"params":{"threshold":0.5,"mode":"fast"}}',
    problems: [],
  });
  expect(startValues(signature, "no JSON")).toEqual({ "params.threshold": "0.5", "params.mode": "fast" });
});

test("what is missing or wrong is named", () => {
  expect(writeRequest(signature, { "inputs.tags": "[" }).problems).toEqual(["age is missing", "tags is no JSON"]);
  expect(writeRequest(signature, { "inputs.age": "0x1", "inputs.tags": "[]" }).problems).toEqual(["age is no number: “0x1”"]);
});

test("tensors and inputs without names have no form", () => {
  expect(hasForm(signature)).toBe(true);
  expect(hasForm({ ...signature, inputs: [field("(0)", "float32 tensor, any × 2")] })).toBe(false);
  expect(hasForm(null)).toBe(false);
});

test("an address is cleaned, and code quotes it", () => {
  const here = "http://here:5000/models";
  expect(cleanAddress(" http://127.0.0.1:5001/invocations ", here)).toBe("http://127.0.0.1:5001");
  expect(cleanAddress("/score/", here)).toBe("http://here:5000/score");
  expect(cleanAddress("javascript:alert(1)", here)).toBe("");
  const [curl, python] = listTryCode("http://a:1", `{"a":"it's"}`);
  expect(curl?.code).toContain(`-d '{"a":"it'\\''s"}'`);
  expect(python?.code).toContain('data="{\\"a\\":\\"it\'s\\"}".encode()');
});

test("requests go to the page's own server, and to those that it names", () => {
  const here = "https://models.example.org";
  expect(maySend("https://models.example.org/scoring", here, "")).toBe(true);
  expect(maySend("http://127.0.0.1:5001", here, "")).toBe(false);
  expect(maySend("http://127.0.0.1:5001", here, "https://a.example.org http://127.0.0.1:5001")).toBe(true);
});

test("an example is written without the blanks between its parts, its texts and numbers as they are", () => {
  expect(compactJson('{\n  "a b": [0.0, 12345678901234567890],\n  "c": "x \\" y"\n}')).toBe('{"a b":[0.0,12345678901234567890],"c":"x \\" y"}');
});
