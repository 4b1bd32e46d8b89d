/** What a page tells the frame around it: its title and breadcrumb. */

import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Crumb {
  readonly text: string;
  /** The page it leads to; absent for the page itself. */
  readonly page?: string;
}

export const crumbs = signal<readonly Crumb[]>([]);
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
  }, [pageTitle, identity]);
}
