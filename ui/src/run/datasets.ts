/** What is kept of datasets as JSON, read for people. */

import { readFields, readList, readText, type Fields } from "../lib/read";
import { writeType } from "../registry/signature";

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** List the columns of a schema with their types; none if it is not understood. */
export function readColumns(schema: string): (readonly [string, string])[] {
  const fields = readFields(parse(schema));
  const columns = readList(fields["mlflow_colspec"] ?? fields["columns"]);
  if (columns.length > 0) {
    return columns.map(readFields).map((column, index): readonly [string, string] => [readText(column["name"]) || `(${index})`, writeType(column)]);
  }
  const tensors = readFields(fields["mlflow_tensorspec"]);
  return Object.entries(tensors).flatMap(([name, spec]) => readTensors(name, spec));
}

function readTensors(name: string, spec: unknown): (readonly [string, string])[] {
  const parsed: unknown = typeof spec === "string" ? parse(spec) : spec;
  return readList(parsed).map((one): readonly [string, string] => [name, writeType(one)]);
}

/** Say how large a dataset is: `1,000 rows, 12 columns`. */
export function readProfile(profile: string): string {
  const fields = readFields(parse(profile));
  const shape = readList(fields["features_shape"] ?? fields["shape"]);
  const rows = firstNumber(fields, ["num_rows", "rows"]) ?? shape[0];
  const parts = [typeof rows === "number" ? `${new Intl.NumberFormat("en").format(rows)} rows` : ""];
  const width = shape[1];
  if (typeof width === "number") parts.push(`${width} columns`);
  return parts.filter(Boolean).join(", ");
}

const firstNumber = (fields: Fields, names: readonly string[]): number | undefined =>
  names.map((name) => fields[name]).find((value) => typeof value === "number");

/** Return where the data came from: the address within the source's JSON, or the text as it is. */
export function readSource(source: string): string {
  const fields = readFields(parse(source));
  for (const name of ["uri", "url", "path", "table_name", "delta_table_name"]) {
    const value = readText(fields[name]);
    if (value) return value;
  }
  return Object.keys(fields).length > 0 ? Object.entries(fields).map(([name, value]) => `${name}: ${readText(value)}`).join(", ") : source;
}
