/** State and places of a page that are there again when the reader comes back to it. */

import { useCallback, useLayoutEffect, useState } from "preact/hooks";
import { keep, recall } from "./entry";
import { readList } from "./read";

/** A set that is as it was when the reader comes back. */
export function useKeptSet(name: string): [ReadonlySet<string>, (next: ReadonlySet<string>) => void] {
  const [value, setValue] = useState<ReadonlySet<string>>(() => new Set(readList(recall(name)).map(String)));
  const change = useCallback((next: ReadonlySet<string>) => {
    setValue(next);
    keep(name, [...next]);
  }, []);
  return [value, change];
}

/** How long a page may take to become as tall as it was. */
const LONGEST_WAIT_MS = 3000;
const INPUTS = ["wheel", "pointerdown", "keydown", "touchstart"] as const;

/** Begin each `page` at its top, or where it was when the reader comes back to it. */
export function useKeptScroll(host: { readonly current: HTMLElement | null }, page: string): void {
  useLayoutEffect(() => {
    const { current: element } = host;
    if (!element) return undefined;
    const wanted = Number(recall("scroll") ?? 0);
    const end = performance.now() + LONGEST_WAIT_MS;
    let isThere = false;
    let frame = 0;
    const arrive = () => {
      isThere = true;
    };
    const move = () => {
      if (isThere) return;
      element.scrollTop = wanted;
      isThere = Math.abs(element.scrollTop - wanted) < 2 || performance.now() > end;
      frame = requestAnimationFrame(move);
    };
    const note = () => isThere && keep("scroll", element.scrollTop);
    move();
    element.addEventListener("scroll", note, { passive: true });
    for (const input of INPUTS) element.addEventListener(input, arrive, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener("scroll", note);
      for (const input of INPUTS) element.removeEventListener(input, arrive);
    };
  }, [page]);
}
