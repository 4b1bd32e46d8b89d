/** When which version had an alias, read from the registry's log. */

import type { RegistryEvent } from "../api/schema";

export interface AliasSpan {
  readonly version: string;
  readonly from: number;
  /** Where the next one begins, or now. */
  readonly to: number;
  /** Whether it has the alias still. */
  readonly isNow: boolean;
  /** Whether the alias was given before the log that was read begins. */
  readonly isEarlier: boolean;
  readonly user: string;
  readonly reason: string;
}

export interface AliasLane {
  readonly alias: string;
  readonly spans: readonly AliasSpan[];
}

interface Open {
  readonly spans: AliasSpan[];
  last: AliasSpan | null;
}

/** Return a lane for each alias that the events, the newest first, tell of; those in use first. */
export function readLanes(events: readonly RegistryEvent[], now: number): AliasLane[] {
  const lanes = new Map<string, Open>();
  const begin = events.at(-1)?.time ?? now;
  for (const event of [...events].reverse()) {
    if (event.action !== "set_alias" && event.action !== "delete_alias") continue;
    const { key: alias = "", time, old, new: version, user_id: user = "", reason = "" } = event;
    const known = lanes.get(alias);
    const lane = known ?? { spans: [], last: null };
    lanes.set(alias, lane);
    if (lane.last) lane.spans.push({ ...lane.last, to: time });
    else if (!known && old) lane.spans.push({ version: old, from: begin, to: time, isNow: false, isEarlier: true, user: "", reason: "" });
    lane.last = event.action === "set_alias" && version ? { version, from: time, to: now, isNow: true, isEarlier: false, user, reason } : null;
  }
  const found = [...lanes].map(([alias, { spans, last }]) => ({
    alias,
    spans: [...spans.map((span) => ({ ...span, isNow: false })), ...(last ? [last] : [])],
  }));
  const isInUse = ({ spans }: AliasLane) => spans.at(-1)?.isNow === true;
  return [...found.filter(isInUse), ...found.filter((lane) => !isInUse(lane))];
}
