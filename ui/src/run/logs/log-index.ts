/** Where the lines of a log are, by number and by position. */

import type { IndexLogResponse } from "../../api/schema";

export interface Chunk {
  readonly number: number;
  /** Where it begins, and behind its end, in bytes of the log. */
  readonly position: number;
  readonly end: number;
  /** Its first line, and behind its last one; lines are counted from 0. */
  readonly line: number;
  readonly endLine: number;
}

/** A log cut into chunks of some hundred lines, so that any line can be read without those before it. */
export interface LogIndex {
  readonly positions: readonly number[];
  readonly lines: readonly number[];
  /** Lines in all, and where the last of them ends. */
  readonly count: number;
  readonly end: number;
}

export const NO_INDEX: LogIndex = { positions: [0], lines: [0], count: 0, end: 0 };

/** Add what the server said of the lines from the last chunk on. */
export function extendIndex(index: LogIndex, answer: IndexLogResponse): LogIndex {
  const { positions = [], lines = [], count = 0, end = 0 } = answer;
  const kept = index.positions.filter((position) => position < (positions[0] ?? 0)).length;
  return {
    positions: [...index.positions.slice(0, kept), ...positions],
    lines: [...index.lines.slice(0, kept), ...lines],
    count,
    end,
  };
}

/** Where to go on asking: the beginning of the last chunk. */
export function lastMark({ positions, lines }: LogIndex): { readonly position: number; readonly line: number } {
  return { position: positions.at(-1) ?? 0, line: lines.at(-1) ?? 0 };
}

export function chunkAt(index: LogIndex, number: number): Chunk {
  return {
    number,
    position: index.positions[number] ?? 0,
    end: index.positions[number + 1] ?? index.end,
    line: index.lines[number] ?? 0,
    endLine: index.lines[number + 1] ?? index.count,
  };
}

/** Find the chunk that holds a line. */
export const chunkOfLine = (index: LogIndex, line: number): Chunk => chunkAt(index, findLast(index.lines, line));

/** Find the chunk that holds a byte. */
export const chunkOfPosition = (index: LogIndex, position: number): Chunk => chunkAt(index, findLast(index.positions, position));

/** Return the index of the last of ascending `values` that is at most `wanted`; 0 if none is. */
function findLast(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((values[middle] ?? Infinity) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
