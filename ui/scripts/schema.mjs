/** Write src/api/schema.d.ts from the OpenAPI document of the server; `--check` fails if the file is stale. */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("../src/api/schema.d.ts", import.meta.url);
const PROGRAM = "import json; from headwater.protocol.openapi import describe_api; print(json.dumps(describe_api('0')))";

const document = JSON.parse(execFileSync("python", ["-c", PROGRAM], { encoding: "utf8", maxBuffer: 1 << 26 }));
const schemas = Object.entries(document.components.schemas).sort(([a], [b]) => a.localeCompare(b));
const text = `// Written by \`just schema\` from the protocol table. Do not edit.\n\n${schemas.map(declare).join("\n")}`;
if (process.argv.includes("--check")) {
  if (readFileSync(FILE, "utf8") !== text) {
    console.error("ui/src/api/schema.d.ts is stale. Run `just schema`.");
    process.exit(1);
  }
} else {
  writeFileSync(FILE, text);
}

function declare([name, schema]) {
  if (!schema.properties) return `export type ${name} = ${typeOf(schema)};\n`;
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties).map(
    ([field, value]) => `  readonly ${field}${required.has(field) ? "" : "?"}: ${typeOf(value)};`,
  );
  return `export interface ${name} {\n${fields.join("\n")}\n}\n`;
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  const options = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (options) return options.map(typeOf).join(" | ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `readonly (${schema.items ? typeOf(schema.items) : "unknown"})[]`;
  if (schema.type === "object") return objectOf(schema);
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "null" || schema.type === "boolean" || schema.type === "string") return schema.type;
  return "unknown";
}

function objectOf(schema) {
  const values = schema.additionalProperties;
  return `Readonly<Record<string, ${values && typeof values === "object" ? typeOf(values) : "unknown"}>>`;
}
