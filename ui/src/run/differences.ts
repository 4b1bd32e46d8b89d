/** What differs between the params of two runs. */

import type { Pair } from "./model";

export interface Difference {
  /** Null where there was none, or is none. */
  readonly before: string | null;
  readonly after: string | null;
}

/** Find the keys whose values differ, or that only one of them has; numbers written in two ways are the same. */
export function comparePairs(before: readonly Pair[], after: readonly Pair[]): Map<string, Difference> {
  const old = new Map(before.map(({ key, value }) => [key, value]));
  const now = new Map(after.map(({ key, value }) => [key, value]));
  const differences = new Map<string, Difference>();
  for (const key of new Set([...now.keys(), ...old.keys()])) {
    const [one, other] = [old.get(key) ?? null, now.get(key) ?? null];
    if (one === other || (one !== null && other !== null && isSameNumber(one, other))) continue;
    differences.set(key, { before: one, after: other });
  }
  return differences;
}

const isSameNumber = (one: string, other: string): boolean => one.trim() !== "" && other.trim() !== "" && Number(one) === Number(other);
