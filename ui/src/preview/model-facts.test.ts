import { expect, it } from "vitest";
import { readModelFacts } from "./model-facts";

it("reads what a model file says of the model", async () => {
  const text = `flavors:
  python_function: {python_version: 3.11.7}
model_size_bytes: 2048
utc_time_created: '2026-01-02 03:04:05'
saved_input_example_info: {artifact_path: input_example.json, type: dataframe}
`;
  expect(await readModelFacts(text)).toEqual({
    pairs: [["Logged (UTC)", "2026-01-02 03:04:05"], ["Size", "2 kB"], ["Python", "3.11.7"]],
    example: "input_example.json",
  });
  expect(await readModelFacts("flavors: {}")).toEqual({ pairs: [], example: "" });
});
