/** Experiments that the reader marked to find them first; kept on this machine. */

import { signal } from "@preact/signals";

const KEY = "headwater.stars";

const stars = signal<ReadonlySet<string>>(new Set((localStorage.getItem(KEY) ?? "").split(",").filter((id) => id !== "")));

/** Return the ids of the starred experiments. */
export function useStars(): ReadonlySet<string> {
  return stars.value;
}

/** Star an experiment, or take its star away. */
export function toggleStar(experimentId: string): void {
  const next = new Set(stars.peek());
  if (!next.delete(experimentId)) next.add(experimentId);
  stars.value = next;
  localStorage.setItem(KEY, [...next].join());
}
