/** The widths that the reader gave to columns; a comfort, kept on this machine. */

import { signal } from "@preact/signals";
import { limitWidth } from "../grid/header-gestures";
import { readFields } from "../lib/read";

const KEY = "headwater.widths";
const MAX_KEPT = 500;
const PADDING = 22;
const MAX_FIT = 480;

export const widths = signal<ReadonlyMap<string, number>>(read());

function read(): ReadonlyMap<string, number> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const pairs = Object.entries(readFields(kept)).filter((pair): pair is [string, number] => typeof pair[1] === "number");
    return new Map(pairs.map(([column, width]) => [column, limitWidth(width)]));
  } catch {
    return new Map();
  }
}

/** Give a column a width, or with 0 its own again; it is remembered when it is `final`. */
export function setWidth(column: string, width: number, isFinal = true): void {
  const next = new Map(widths.peek());
  next.delete(column);
  if (width > 0) next.set(column, limitWidth(width));
  widths.value = next;
  if (isFinal) localStorage.setItem(KEY, JSON.stringify(Object.fromEntries([...next].slice(-MAX_KEPT))));
}

/** Return the width that shows a title and the longest of some texts whole, as far as that is sensible. */
export function fitWidth(title: string, texts: Iterable<string>, host: Element): number {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return 0;
  const { fontFamily, fontSize } = getComputedStyle(host);
  context.font = `600 ${fontSize} ${fontFamily}`;
  let longest = context.measureText(title).width + 56;
  for (const text of texts) longest = Math.max(longest, context.measureText(text.slice(0, 200)).width);
  return limitWidth(Math.min(MAX_FIT, longest + PADDING));
}
