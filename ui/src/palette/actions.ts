/** What a page offers to do with what is selected on it; the palette lists it first. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Action {
  readonly text: string;
  readonly note: string;
  readonly act: () => void;
}

export const offeredActions = signal<readonly Action[]>([]);

/** Offer actions as long as the component is on the page; `identity` says when they are others. */
export function useActions(actions: readonly Action[], identity: string): void {
  useEffect(() => {
    offeredActions.value = actions;
    return () => {
      if (offeredActions.value === actions) offeredActions.value = [];
    };
  }, [identity]);
}
