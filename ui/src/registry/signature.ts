/** What a model takes and gives, read from its MLmodel file. */

import { readFields, readList, readText } from "../lib/read";

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** Of a param, as JSON; empty for columns. */
  readonly standard: string;
}

export interface Signature {
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
  readonly params: readonly Field[];
}

export interface ModelFile {
  readonly flavors: readonly string[];
  /** Null if the model has none. */
  readonly signature: Signature | null;
}

/** Read an MLmodel file; raise an error if it is no YAML. */
export async function readModelFile(text: string): Promise<ModelFile> {
  const { load } = await import("js-yaml");
  const fields = readFields(load(text));
  const signature = readFields(fields["signature"]);
  const parts = { inputs: readPart(signature["inputs"]), outputs: readPart(signature["outputs"]), params: readPart(signature["params"]) };
  const isKnown = parts.inputs.length + parts.outputs.length + parts.params.length > 0;
  return { flavors: Object.keys(readFields(fields["flavors"])).sort(), signature: isKnown ? parts : null };
}

/** A part of a signature is JSON text within the YAML. */
function readPart(text: unknown): Field[] {
  if (typeof text !== "string") return [];
  let specs: unknown;
  try {
    specs = JSON.parse(text);
  } catch {
    return [];
  }
  return readList(specs).map((spec, position) => readField(readFields(spec), position));
}

function readField(spec: Readonly<Record<string, unknown>>, position: number): Field {
  const name = spec["name"];
  return {
    name: typeof name === "string" || typeof name === "number" ? String(name) : `(${position})`,
    type: writeType(spec) + (readList(spec["shape"]).length > 0 ? " list" : ""),
    isRequired: spec["required"] !== false && spec["optional"] !== true,
    standard: "default" in spec ? JSON.stringify(spec["default"]) : "",
  };
}

/** Write a type as people read it: `array of double`, `float32 tensor, any × 28`. */
export function writeType(value: unknown): string {
  const spec = readFields(value);
  const type = readText(spec["type"]) || readText(spec["dtype"]);
  switch (type) {
    case "tensor":
      return writeTensor(readFields(spec["tensor-spec"]));
    case "array":
      return `array of ${writeType(spec["items"])}`;
    case "map":
      return `map of ${writeType(spec["values"])}`;
    case "object":
      return `object { ${Object.entries(readFields(spec["properties"])).map(writeProperty).join(", ")} }`;
    default:
      return type || "any";
  }
}

function writeTensor(spec: Readonly<Record<string, unknown>>): string {
  const sizes = readList(spec["shape"]).map((size) => (size === -1 ? "any" : String(size)));
  return `${readText(spec["dtype"])} tensor${sizes.length > 0 ? `, ${sizes.join(" × ")}` : ""}`;
}

function writeProperty([name, type]: readonly [string, unknown]): string {
  const isOptional = readFields(type)["required"] === false;
  return `${name}${isOptional ? "?" : ""}: ${writeType(type)}`;
}
