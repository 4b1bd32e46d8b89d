/** The run that the reader points at, anywhere on the page: every table and chart brings it to the front. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export const focusedRun = signal("");

/** Focus the run of the element under the pointer: those below `host` that have `data-run`. */
export function useFocusOnHover(host: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const enter = (event: Event) => {
      const item = event.target instanceof Element ? event.target.closest("[data-run]") : null;
      focusedRun.value = item instanceof HTMLElement ? (item.dataset["run"] ?? "") : "";
    };
    const leave = () => {
      focusedRun.value = "";
    };
    element.addEventListener("pointerover", enter);
    element.addEventListener("pointerleave", leave);
    return () => {
      element.removeEventListener("pointerover", enter);
      element.removeEventListener("pointerleave", leave);
    };
  }, [host]);
}
