/** What is written in an address: lists, choices and numbers, with the defaults left out. */

/** Join with commas; a comma or backslash within an item is escaped by a backslash. */
export function encodeList(items: readonly string[]): string {
  return items.map((item) => item.replaceAll("\\", "\\\\").replaceAll(",", "\\,")).join(",");
}

/** Split what `encodeList` joined. */
export function decodeList(text: string | null): string[] {
  if (!text) return [];
  const items = [""];
  for (const [part] of text.matchAll(/\\.|,|[^\\,]+|\\$/g)) {
    if (part === ",") items.push("");
    else items[items.length - 1] += part.startsWith("\\") ? part.slice(1) : part;
  }
  return items;
}

/** Return `text` if it is one of `choices`, else the first of them. */
export function readChoice<const T extends string>(text: string | null, choices: readonly [T, ...T[]]): T {
  return choices.find((choice) => choice === text) ?? choices[0];
}

/** Set a parameter, or remove it when the value is the default. */
export function put(query: URLSearchParams, name: string, value: string, absent = ""): void {
  if (value === absent) query.delete(name);
  else query.set(name, value);
}
