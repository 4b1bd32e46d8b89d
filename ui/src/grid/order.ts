/** An order as the server reads it: `name ASC`. */

export type Direction = "ASC" | "DESC";

/** Return how a list in this order is sorted by `key`, if it is. */
export function sortOf(order: string, key: string): "ascending" | "descending" | undefined {
  const [, current = order, direction = ""] = /^(.*) (asc|desc)$/i.exec(order) ?? [];
  if (current !== key) return undefined;
  return direction.toUpperCase() === "DESC" ? "descending" : "ascending";
}

/** Return the order after a click on the header of `key`: the other direction, or `first` if another key led. */
export function nextOrder(order: string, key: string, first: Direction): string {
  const sort = sortOf(order, key);
  if (!sort) return `${key} ${first}`;
  return `${key} ${sort === "descending" ? "ASC" : "DESC"}`;
}
