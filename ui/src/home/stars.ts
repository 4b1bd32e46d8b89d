/** Which experiments this reader has starred; kept in this browser, for it is only comfort. */

import { signal } from "@preact/signals";

const KEY = "headwater.stars";
const MOST = 100;

function read(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string" && /^\d+$/.test(one)).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** The starred experiments, the last one starred last. */
export const stars = signal(read());

/** Star an experiment, or take its star away. */
export function toggleStar(experimentId: string): void {
  const others = stars.value.filter((one) => one !== experimentId);
  stars.value = others.length < stars.value.length ? others : [...others, experimentId].slice(-MOST);
  localStorage.setItem(KEY, JSON.stringify(stars.value));
}
