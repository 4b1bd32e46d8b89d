/** What an MLmodel file says besides flavors and signature. */

import { formatBytes } from "./bytes";
import { readFields, readText } from "../lib/read";

export interface ModelFacts {
  readonly pairs: readonly (readonly [string, string])[];
  /** The file with the input example, within the model's folder; empty if there is none. */
  readonly example: string;
}

const NAMES: readonly (readonly [string, string])[] = [
  ["utc_time_created", "Logged (UTC)"],
  ["model_id", "Logged model"],
  ["run_id", "Run"],
  ["mlflow_version", "Written as MLflow"],
  ["type_hint_from_example", "Type hint"],
];

/** Read an MLmodel file; raise an error if it is no YAML. */
export async function readModelFacts(text: string): Promise<ModelFacts> {
  const { load } = await import("js-yaml");
  const fields = readFields(load(text));
  const pairs = NAMES.flatMap(([name, title]): (readonly [string, string])[] => {
    const value = fields[name];
    return typeof value === "string" && value !== "" ? [[title, value]] : [];
  });
  const bytes = fields["model_size_bytes"];
  if (typeof bytes === "number") pairs.push(["Size", formatBytes(bytes)]);
  const python = readFields(readFields(fields["flavors"])["python_function"])["python_version"];
  if (typeof python === "string") pairs.push(["Python", python]);
  return { pairs, example: readText(readFields(fields["saved_input_example_info"])["artifact_path"]) };
}
