import { expect, test } from "vitest";
import { readModelFile } from "./signature";

test("columns, params and flavors are read from an MLmodel file", async () => {
  const text = `
flavors:
  sklearn: {pickled_model: model.pkl}
  python_function: {loader_module: mlflow.sklearn}
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "string",
    "name": "city", "required": false}]'
  outputs: '[{"type": "long", "required": true}]'
  params: '[{"name": "temperature", "default": 0.5, "shape": null, "type": "double"},
    {"name": "stops", "default": ["a"], "shape": [-1], "type": "string"}]'
`;

  const { flavors, signature } = await readModelFile(text);

  expect(flavors).toEqual(["python_function", "sklearn"]);
  expect(signature?.inputs).toEqual([
    { name: "age", type: "double", isRequired: true, standard: "" },
    { name: "city", type: "string", isRequired: false, standard: "" },
  ]);
  expect(signature?.outputs).toEqual([{ name: "(0)", type: "long", isRequired: true, standard: "" }]);
  expect(signature?.params.map(({ type, standard }) => [type, standard])).toEqual([["double", "0.5"], ["string list", '["a"]']]);
});

test("nested types and tensors are written as people read them", async () => {
  const inputs = JSON.stringify([
    { name: "image", type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, 28, 28] } },
    { name: "tags", type: "array", items: { type: "string" } },
    { name: "who", type: "object", properties: { age: { type: "long" }, mail: { type: "string", required: false } } },
    { name: "prices", type: "map", values: { type: "double" } },
  ]);

  const { signature } = await readModelFile(JSON.stringify({ signature: { inputs } }));

  expect(signature?.inputs.map(({ type }) => type)).toEqual([
    "float32 tensor, any × 28 × 28",
    "array of string",
    "object { age: long, mail?: string }",
    "map of double",
  ]);
});

test("a model without a signature has none, and what is no file of a model fails or is empty", async () => {
  expect((await readModelFile("flavors: {}\n")).signature).toBeNull();
  expect((await readModelFile("just a text")).flavors).toEqual([]);
  await expect(readModelFile("a: [")).rejects.toThrow();
});
