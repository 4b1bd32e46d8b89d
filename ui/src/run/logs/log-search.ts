/** Lines of a log that were searched by the server, page after page. */

import { readNative } from "../../api/client";
import type { LogLine, ReadLogResponse } from "../../api/schema";
import type { LogPlace } from "./log-source";

export interface LogFilter {
  readonly contains: string;
  /** `out`, `err`, or empty for both. */
  readonly stream: string;
}

export interface Found {
  readonly lines: readonly LogLine[];
  /** Where to go on. */
  readonly next: number;
  /** Whether the log was searched to where it ended then. */
  readonly isDone: boolean;
}

export const NOTHING_FOUND: Found = { lines: [], next: 0, isDone: false };

/** Whether a filter leaves anything out. */
export const isFiltering = ({ contains, stream }: LogFilter): boolean => contains !== "" || stream !== "";

/** Search on behind what was found. */
export async function searchOn(
  { runId, name, path }: LogPlace,
  filter: LogFilter,
  found: Found,
  signal: AbortSignal,
): Promise<Found> {
  const question = { run_id: runId, name, path, position: found.next, ...filter };
  const { lines = [], next_position: next = 0, size = 0 } = await readNative<ReadLogResponse>("logs/read", question, signal);
  return { lines: lines.length > 0 ? [...found.lines, ...lines] : found.lines, next, isDone: next >= size || next <= found.next };
}
