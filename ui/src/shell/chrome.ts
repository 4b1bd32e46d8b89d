/** What a page tells the frame around it: its title and breadcrumb. */

import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { path } from "../lib/location";

export interface Crumb {
  readonly text: string;
  /** The page it leads to; absent for the page itself. */
  readonly page?: string;
}

export const crumbs = signal<readonly Crumb[]>([]);
/** Which path the page was at when it named itself, and how. */
export const named = signal({ path: "", text: "" });
const title = signal("");

effect(() => {
  document.title = title.value ? `${title.value} · Headwater` : "Headwater";
});

/** Set the window's title and the breadcrumb of the page. */
export function useChrome(pageTitle: string, trail: readonly Crumb[]): void {
  const identity = JSON.stringify(trail);
  useEffect(() => {
    title.value = pageTitle;
    crumbs.value = trail;
    named.value = { path: path.peek(), text: trail.length > 1 ? (trail.at(-1)?.text ?? "") : "" };
  }, [pageTitle, identity]);
}
