/** Requests to a scoring server, made from a form. */

import { readFields, readList } from "../lib/read";
import { quoteShell } from "./load-code";
import type { Field, Signature } from "./signature";

export type Values = Readonly<Record<string, string>>;

export interface Request {
  /** JSON text. */
  readonly body: string;
  /** What must be filled in or mended first. */
  readonly problems: readonly string[];
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const NUMERIC = new Set(["integer", "long", "float", "double"]);
const TEXTUAL = new Set(["string", "datetime", "binary"]);

/** Whether a form can ask for the inputs: named columns, no tensors. */
export const hasForm = (signature: Signature | null): signature is Signature =>
  signature !== null && signature.inputs.length > 0 && signature.inputs.every(({ name, type }) => !type.includes(" tensor") && !name.startsWith("("));

/** The form's key of an input or param. */
export const keyOf = (part: "inputs" | "params", { name }: Field): string => `${part}.${name}`;

/** Write what was filled in as the value of a type; JSON for all but numbers and texts. */
function toJson({ name, type, isRequired }: Field, text: string): { readonly json: string } | { readonly problem: string } {
  const trimmed = text.trim();
  if (TEXTUAL.has(type)) return text === "" && !isRequired ? { json: "null" } : { json: JSON.stringify(text) };
  if (trimmed === "") return isRequired ? { problem: `${name} is missing` } : { json: "null" };
  if (NUMERIC.has(type)) return NUMBER.test(trimmed) ? { json: trimmed } : { problem: `${name} is no number: “${trimmed}”` };
  try {
    JSON.parse(trimmed);
    return { json: trimmed };
  } catch {
    return { problem: `${name} is no JSON` };
  }
}

/** Write the request for one row. Numbers go as they were written, so that none is rounded. */
export function writeRequest(signature: Signature, values: Values): Request {
  const problems: string[] = [];
  const write = (part: "inputs" | "params", field: Field): string => {
    const found = toJson(field, values[keyOf(part, field)] ?? "");
    if ("json" in found) return found.json;
    problems.push(found.problem);
    return "null";
  };
  const columns = JSON.stringify(signature.inputs.map(({ name }) => name));
  const row = signature.inputs.map((field) => write("inputs", field)).join(",");
  const given = signature.params.filter((field) => (values[keyOf("params", field)] ?? "") !== "");
  const params = given.map((field) => `${JSON.stringify(field.name)}:${write("params", field)}`).join(",");
  return { body: `{"dataframe_split":{"columns":${columns},"data":[[${row}]]}${params && `,"params":{${params}}`}}`, problems };
}

/** Return what a form begins with: the first row of the example, and the defaults of the params. */
export function startValues(signature: Signature, example: string): Values {
  const values: Record<string, string> = {};
  for (const field of signature.params) values[keyOf("params", field)] = field.standard === "null" ? "" : unquote(field.type, field.standard);
  const split = readFields(readFields(parse(example))["dataframe_split"]);
  const row = readList(readList(split["data"])[0]);
  for (const [index, column] of readList(split["columns"]).entries()) {
    const field = signature.inputs.find(({ name }) => name === String(column));
    const value = row[index];
    if (field && value !== null && value !== undefined) values[keyOf("inputs", field)] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return values;
}

function unquote(type: string, json: string): string {
  const value = parse(json);
  return TEXTUAL.has(type) && typeof value === "string" ? value : json;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Return the address of a scoring server without what does not belong there; empty if it is none. */
export function cleanAddress(text: string, here: string): string {
  try {
    const url = new URL(text.trim(), here);
    return /^https?:$/.test(url.protocol) ? url.origin + url.pathname.replace(/\/(invocations)?\/?$/, "") : "";
  } catch {
    return "";
  }
}

/** Write JSON text without the blanks between its parts; numbers stay as they were written. */
export const compactJson = (text: string): string => text.replaceAll(/("(?:\\.|[^"\\])*")|\s+/g, (_, quoted?: string) => quoted ?? "");

/** Whether this page may send requests to an address: its own server's, and those that its server names. */
export function maySend(address: string, here: string, named: string): boolean {
  const { origin } = new URL(address);
  return origin === here || named.split(" ").some((one) => one !== "" && new URL(one).origin === origin);
}

/** Return code that sends the request. */
export function listTryCode(address: string, body: string): { readonly title: string; readonly code: string }[] {
  return [
    { title: "curl", code: `curl ${quoteShell(`${address}/invocations`)} -H 'Content-Type: application/json' \\\n  -d ${quoteShell(body)}` },
    {
      title: "Python",
      code: `import requests

answer = requests.post(
    ${JSON.stringify(`${address}/invocations`)},
    data=${JSON.stringify(body)}.encode(),
    headers={"Content-Type": "application/json"},
)
print(answer.json())`,
    },
  ];
}
