/** How metric keys are found and put under headings. */

export interface Section {
  /** What stands before the last `/` of the keys; empty for keys without one. */
  readonly name: string;
  readonly keys: readonly string[];
}

const compare = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;

/** What the machine did comes behind what the model did. */
const isSystem = (name: string): boolean => name === "system" || name.startsWith("system/");

/** Group keys by what stands before their last `/`; keys without one come first, and in each group those of `first`. */
export function groupKeys(keys: readonly string[], first: readonly string[] = []): Section[] {
  const groups = new Map<string, string[]>();
  const wanted = new Set(first);
  const known = new Set(keys);
  const ordered = [...first.filter((key) => known.has(key)), ...keys.filter((key) => !wanted.has(key)).sort(compare)];
  for (const key of ordered) {
    // A context, as in `loss{split="a/b"}`, is no part of the path.
    const slash = key.split("{", 1)[0]?.lastIndexOf("/") ?? -1;
    const name = slash > 0 ? key.slice(0, slash) : "";
    const group = groups.get(name);
    if (group) group.push(key);
    else groups.set(name, [key]);
  }
  return [...groups]
    .sort(([a], [b]) => (a === "" ? -1 : b === "" ? 1 : Number(isSystem(a)) - Number(isSystem(b)) || compare(a, b)))
    .map(([name, group]) => ({ name, keys: group }));
}

/** Keep the keys that match `search`: a regular expression if it is one, else a piece of text; case is ignored. */
export function searchKeys(keys: readonly string[], search: string): readonly string[] {
  const text = search.trim();
  if (!text) return keys;
  const matches = matcher(text);
  return keys.filter(matches);
}

function matcher(text: string): (key: string) => boolean {
  try {
    const pattern = new RegExp(text, "i");
    return (key) => pattern.test(key);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const needle = text.toLowerCase();
    return (key) => key.toLowerCase().includes(needle);
  }
}
