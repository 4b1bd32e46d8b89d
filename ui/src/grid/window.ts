/** Which rows and columns of a large grid are in view. */

export interface Span {
  readonly first: number;
  /** The first one that is not in it. */
  readonly end: number;
}

/** Return the rows in view with `spare` more on either side. */
export function rowsInView(scrollTop: number, height: number, rowHeight: number, count: number, spare: number): Span {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + spare);
  return { first: Math.min(first, end), end };
}

/** Return where each column begins, and at the end the width of all. */
export function offsetsOf(widths: readonly number[]): number[] {
  const offsets = [0];
  for (const width of widths) offsets.push((offsets.at(-1) ?? 0) + width);
  return offsets;
}

/**
 * Return the columns in view, in steps of `step`, so that a small move changes nothing.
 * `offsets` are of the columns that scroll; `width` is what the frozen ones leave.
 */
export function columnsInView(offsets: readonly number[], scrollLeft: number, width: number, step: number): Span {
  const count = offsets.length - 1;
  let first = 0;
  while (first < count && (offsets[first + 1] ?? 0) <= scrollLeft) first++;
  let end = first;
  while (end < count && (offsets[end] ?? 0) < scrollLeft + width) end++;
  return { first: Math.floor(first / step) * step, end: Math.min(count, Math.ceil(end / step) * step) };
}

/** Return the scroll position nearest to `scrollTop` that shows a row whole below the header. */
export function scrollToRow(index: number, scrollTop: number, height: number, rowHeight: number): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return scrollTop;
}
