/** What is done again and again because something changed, at a pace that the server and the reader can bear. */

import { useEffect, useRef } from "preact/hooks";
import { settled } from "../api/use-query";

/** After work that takes long there is a pause of so many times as long. */
const PAUSE_FACTOR = 4;

/**
 * Return what asks for `work`, which has things read again: at once, or as soon as what was asked for before is read and
 * a pause is over, or the page is in sight. What is asked for in between is done once.
 */
export function usePaced(work: () => void, pauseMs: number): () => void {
  const latest = useRef(work);
  latest.current = work;
  const pace = useRef<Pace | null>(null);
  pace.current ??= new Pace(() => latest.current(), pauseMs);
  const { current } = pace;
  useEffect(() => current.start(), [current]);
  return current.ask;
}

class Pace {
  readonly #work: () => void;
  readonly #pauseMs: number;
  #isDue = false;
  #isBusy = false;
  #isStopped = false;

  constructor(work: () => void, pauseMs: number) {
    this.#work = work;
    this.#pauseMs = pauseMs;
  }

  readonly ask = (): void => {
    this.#isDue = true;
    void this.#go();
  };

  start(): () => void {
    const look = () => void this.#go();
    this.#isStopped = false;
    document.addEventListener("visibilitychange", look);
    return () => {
      this.#isStopped = true;
      document.removeEventListener("visibilitychange", look);
    };
  }

  async #go(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#isDue && !this.#isStopped && !document.hidden) {
      this.#isDue = false;
      const start = performance.now();
      this.#work();
      await settled();
      const pauseMs = Math.max(this.#pauseMs, PAUSE_FACTOR * (performance.now() - start));
      await new Promise((done) => setTimeout(done, pauseMs));
    }
    this.#isBusy = false;
  }
}
