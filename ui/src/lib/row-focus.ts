/** The run under the pointer in a table is that of all charts, and the one in a chart is marked in the table. */

import { useEffect, useRef } from "preact/hooks";
import { focusedRun } from "./focused-run";

/** Join the rows below `host`, which have `data-row`, with the focus; `idOf` names the run of a row, or is empty. */
export function useRowFocus(host: { readonly current: HTMLElement | null }, idOf: (row: number) => string): void {
  const latest = useRef(idOf);
  latest.current = idOf;
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const runOf = (row: Element | null) => (row instanceof HTMLElement ? latest.current(Number(row.dataset["row"])) : "");
    const enter = ({ target }: Event) => {
      const run = target instanceof Element ? runOf(target.closest("[data-row]")) : "";
      if (focusedRun.peek() !== run) focusedRun.value = run;
    };
    const leave = () => {
      focusedRun.value = "";
    };
    const mark = () => {
      const run = focusedRun.peek();
      for (const row of element.querySelectorAll("[data-row]")) row.toggleAttribute("data-focused", run !== "" && runOf(row) === run);
    };
    const stop = focusedRun.subscribe(mark);
    element.addEventListener("pointerover", enter);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("scroll", mark, { capture: true, passive: true });
    return () => {
      stop();
      element.removeEventListener("pointerover", enter);
      element.removeEventListener("pointerleave", leave);
      element.removeEventListener("scroll", mark, { capture: true });
    };
  }, [host]);
}
