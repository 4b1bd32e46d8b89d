/** Names that tell the compared runs from each other. */

/** Add to names that several runs have what tells these apart: their experiments, or where those are the same their ids. */
export function tellApart(names: readonly string[], experiments: readonly string[], runIds: readonly string[]): readonly string[] {
  const places = new Map<string, number[]>();
  for (const [place, name] of names.entries()) places.set(name, [...(places.get(name) ?? []), place]);
  return names.map((name, place) => {
    const same = places.get(name) ?? [];
    if (same.length < 2) return name;
    const isTold = new Set(same.map((one) => experiments[one])).size === same.length;
    return `${name} (${isTold ? experiments[place] : (runIds[place] ?? "").slice(0, 6)})`;
  });
}
