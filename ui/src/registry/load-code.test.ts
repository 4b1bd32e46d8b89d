import { expect, test } from "vitest";
import { exampleRequest, listLoadCode } from "./load-code";

const field = (name: string, type: string, standard = "") => ({ name, type, standard, isRequired: true });

test("a request fits the columns and the params", () => {
  const signature = {
    inputs: [field("age", "double"), field("city", "string"), field("visits", "long")],
    outputs: [],
    params: [field("threshold", "double", "0.5")],
  };

  expect(exampleRequest(signature)).toEqual({
    dataframe_split: { columns: ["age", "city", "visits"], data: [[0.5, "text", 1]] },
    params: { threshold: 0.5 },
  });
});

test("tensors are asked for by their names, or without one as they are", () => {
  const tensors = [field("image", "float32 tensor, any × 28"), field("mask", "float32 tensor, any × 28")];

  expect(exampleRequest({ inputs: tensors, outputs: [], params: [] })).toEqual({ inputs: { image: [], mask: [] } });
  expect(exampleRequest(null)).toEqual({ inputs: [] });
});

test("names with quotes and blanks survive the shell and Python", () => {
  const code = listLoadCode("http://h:5000", `models:/it's "mine"/3`, null).map((one) => one.code);

  expect(code[0]).toContain(String.raw`load_model("models:/it's \"mine\"/3")`);
  expect(code[2]).toContain(String.raw`-m 'models:/it'\''s "mine"/3'`);
});
