/** The ranges of parallel coordinates in the words of the search language. */

import { quoteKey } from "../query/tokens";
import type { Brush } from "./spec";

const quote = (text: string): string => (text.includes("'") ? `"${text}"` : `'${text}'`);

function writeBrush({ field, low, high, texts }: Brush): string {
  const key = quoteKey(field);
  if (texts.length === 1) return `${key} = ${quote(texts[0] ?? "")}`;
  if (texts.length > 1) return `${key} IN (${texts.map(quote).join(", ")})`;
  if (low === -Infinity) return `${key} <= ${high}`;
  return high === Infinity ? `${key} >= ${low}` : `${key} BETWEEN ${low} AND ${high}`;
}

/** Add ranges to a search. */
export function addBrushes(search: string, brushes: readonly Brush[]): string {
  const parts = brushes.map(writeBrush);
  if (search.trim() === "") return parts.join(" AND ");
  return [`(${search.trim()})`, ...parts].join(" AND ");
}
