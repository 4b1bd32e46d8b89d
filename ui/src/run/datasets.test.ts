import { expect, it } from "vitest";
import { readColumns, readProfile, readSource } from "./datasets";

it("reads columns, sizes and addresses", () => {
  const schema = JSON.stringify({ mlflow_colspec: [{ name: "age", type: "double" }, { type: "string" }] });
  expect(readColumns(schema)).toEqual([["age", "double"], ["(1)", "string"]]);
  expect(readColumns("no JSON")).toEqual([]);
  expect(readProfile('{"num_rows": 12000, "num_elements": 3}')).toBe("12,000 rows");
  expect(readProfile('{"features_shape": [150, 4]}')).toBe("150 rows, 4 columns");
  expect(readProfile("")).toBe("");
  expect(readSource('{"uri": "s3://bucket/train.csv"}')).toBe("s3://bucket/train.csv");
  expect(readSource('{"tags": "x"}')).toBe("tags: x");
  expect(readSource("train.csv")).toBe("train.csv");
});
