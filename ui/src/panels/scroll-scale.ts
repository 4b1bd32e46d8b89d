/** Which rows of a long list stand in view. Browsers know no elements of more than some 17 million pixels. */

export const MAX_HEIGHT = 15_000_000;

export interface Frame {
  /** Rows in all, each of `rowHeight` pixels. */
  readonly count: number;
  readonly rowHeight: number;
  readonly viewHeight: number;
}

export interface RowWindow {
  readonly from: number;
  /** Behind the last row. */
  readonly to: number;
  /** Where the row `from` stands, in pixels of the scrolled content. */
  readonly top: number;
}

/** Return how high the scrolled content is. */
export const contentHeight = ({ count, rowHeight }: Frame): number => Math.min(count * rowHeight, MAX_HEIGHT);

function fullScroll({ count, rowHeight, viewHeight }: Frame): number {
  return Math.max(0, count * rowHeight - viewHeight);
}

function scaledScroll(frame: Frame): number {
  return Math.max(0, contentHeight(frame) - frame.viewHeight);
}

/** Find the rows to draw at a scroll position, with `spare` more on both sides. */
export function findRows(frame: Frame, scrollTop: number, spare: number): RowWindow {
  const room = scaledScroll(frame);
  const offset = room > 0 ? (Math.min(scrollTop, room) / room) * fullScroll(frame) : 0;
  const from = Math.max(0, Math.floor(offset / frame.rowHeight) - spare);
  const to = Math.min(frame.count, Math.ceil((offset + frame.viewHeight) / frame.rowHeight) + spare);
  return { from, to, top: Math.min(scrollTop, room) - (offset - from * frame.rowHeight) };
}

/** Return the scroll position at which a row stands a third from the top. */
export function scrollTo(frame: Frame, row: number): number {
  const wanted = Math.max(0, row * frame.rowHeight - frame.viewHeight / 3);
  const full = fullScroll(frame);
  return full > 0 ? (Math.min(wanted, full) / full) * scaledScroll(frame) : 0;
}
