/** JSON and YAML as a tree of values. */

export type DataType = "object" | "array" | "string" | "number" | "boolean" | "null" | "other";

export function typeOf(value: unknown): DataType {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "other";
  const type = typeof value;
  return type === "object" || type === "string" || type === "number" || type === "boolean" ? type : "other";
}

/** Return what a value holds, by name or place. */
export function childrenOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.map((one, index): readonly [string, unknown] => [String(index), one]);
  return typeOf(value) === "object" && typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** Write a value without what it holds: `3 entries`, `"text"`, `1.5`. */
export function writeValue(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  const type = typeOf(value);
  if (type === "array" || type === "object") {
    const { length } = childrenOf(value);
    return `${length} ${type === "array" ? (length === 1 ? "item" : "items") : length === 1 ? "entry" : "entries"}`;
  }
  return type === "string" ? JSON.stringify(value) : String(value ?? null);
}

/** Read a text as the language says; raise an error if it is not that. */
export async function readData(text: string, language: string): Promise<unknown> {
  if (language === "json") return JSON.parse(text);
  const { load } = await import("js-yaml");
  return load(text);
}
