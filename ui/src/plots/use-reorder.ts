/** Moving the items of a list: by dragging one onto another, and by the left and right arrows on one. */

import { useEffect, useRef } from "preact/hooks";

/** Let the elements with `data-place` below `host` be moved; `draggable` is theirs to say. */
export function useReorder(host: { readonly current: HTMLElement | null }, onMove: (from: number, to: number) => void): void {
  const latest = useRef(onMove);
  latest.current = onMove;
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    let dragged = -1;
    const start = (event: DragEvent) => {
      dragged = placeOf(event);
      event.dataTransfer?.setData("text/plain", String(dragged));
    };
    const over = (event: DragEvent) => {
      if (dragged >= 0 && placeOf(event) >= 0) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      const to = placeOf(event);
      if (dragged < 0 || to < 0) return;
      event.preventDefault();
      if (to !== dragged) latest.current(dragged, to);
      dragged = -1;
    };
    const press = (event: KeyboardEvent) => {
      const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
      const from = placeOf(event);
      if (step === 0 || from < 0 || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      latest.current(from, from + step);
    };
    element.addEventListener("dragstart", start);
    element.addEventListener("dragover", over);
    element.addEventListener("drop", drop);
    element.addEventListener("keydown", press);
    return () => {
      element.removeEventListener("dragstart", start);
      element.removeEventListener("dragover", over);
      element.removeEventListener("drop", drop);
      element.removeEventListener("keydown", press);
    };
  }, [host]);
}

function placeOf(event: Event): number {
  const item = event.target instanceof Element ? event.target.closest("[data-place]") : null;
  return item instanceof HTMLElement ? Number(item.dataset["place"]) : -1;
}

/** Move an item of a list. */
export function moveItem<T>(items: readonly T[], from: number, to: number): T[] {
  const moved = [...items];
  const [item] = moved.splice(from, 1);
  if (item !== undefined) moved.splice(Math.max(0, Math.min(to, moved.length)), 0, item);
  return moved;
}
