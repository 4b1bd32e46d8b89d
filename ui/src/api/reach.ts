/** Whether the server can be reached: noted with every answer, and while it cannot, found out by asking now and then. */

import { signal } from "@preact/signals";

/** Whether the last request did not get to the server. */
export const isUnreachable = signal(false);

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
/** What a proxy says for a server that does not answer it. */
const BAD_GATEWAY = 502;

let timer: ReturnType<typeof setTimeout> | undefined;
let pauseMs = FIRST_PAUSE_MS;
let asking: Promise<boolean> | null = null;

/** Note what came of a request: an answer, or none. */
export function noteReach(response: Response | null): void {
  isUnreachable.value = response === null || response.status === BAD_GATEWAY;
  clearTimeout(timer);
  if (!isUnreachable.peek()) {
    pauseMs = FIRST_PAUSE_MS;
    return;
  }
  timer = setTimeout(() => void checkReach(), pauseMs);
  pauseMs = Math.min(1.5 * pauseMs, LONGEST_PAUSE_MS);
}

/** Ask whether the server is there, and return what came of it. */
export function checkReach(): Promise<boolean> {
  asking ??= fetch(new URL("health", document.baseURI), { cache: "no-store" })
    .then(noteReach, () => noteReach(null))
    .then(() => {
      asking = null;
      return !isUnreachable.peek();
    });
  return asking;
}
