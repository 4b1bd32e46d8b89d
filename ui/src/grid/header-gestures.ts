/** What the pointer does with the header of a grid: dragging its edges makes columns wider, dragging a title moves it. */

import css from "./grid.module.css";

export const MIN_WIDTH = 56;
export const MAX_WIDTH = 900;
const FAR_PX = 6;
const EDGE_PX = 40;
const SCROLL_PX = 14;

export interface HeaderGestures {
  /** Give a column a width; 0 is that of its own. While the pointer is down it is not `final`. */
  readonly onResize: (column: string, width: number, isFinal: boolean) => void;
  /** Put a column beside another. */
  readonly onMove: (column: string, target: string, isAfter: boolean) => void;
}

/** Return a width that a column may have. */
export function limitWidth(width: number): number {
  return Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)));
}

/** Make the edge of a header that is dragged; keys have the menu of the column. */
export function makeGrip(): HTMLElement {
  const grip = document.createElement("span");
  grip.className = css.grip ?? "";
  grip.dataset["grip"] = "";
  grip.title = "Drag to change the width; double click for its own";
  grip.setAttribute("aria-hidden", "true");
  return grip;
}

/** Follow the pointer over a header; `gestures` may be undefined, then nothing happens. */
export function watchHeader(grid: HTMLElement, header: HTMLElement, gestures: () => HeaderGestures | undefined): void {
  header.addEventListener("pointerdown", (event) => {
    const cell = cellAt(event.target);
    const known = gestures();
    if (!known || !cell || event.button !== 0 || event.pointerType === "touch") return;
    if (event.target instanceof Element && event.target.closest("[data-grip]")) {
      event.preventDefault();
      resize(cell, event.clientX, known);
    } else if (cell.dataset["movable"] !== undefined) move(grid, header, cell, event.clientX, known);
  });
  header.addEventListener("dblclick", (event) => {
    const cell = cellAt(event.target);
    if (cell && event.target instanceof Element && event.target.closest("[data-grip]")) gestures()?.onResize(cell.dataset["column"] ?? "", 0, true);
  });
}

function cellAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-column]") : null;
}

function resize(cell: HTMLElement, startX: number, { onResize }: HeaderGestures): void {
  const column = cell.dataset["column"] ?? "";
  const start = cell.offsetWidth;
  let width = start;
  follow(
    ({ clientX }) => {
      const next = limitWidth(start + clientX - startX);
      if (next === width) return;
      width = next;
      onResize(column, width, false);
    },
    () => {
      if (width !== start) onResize(column, width, true);
    },
  );
}

function move(grid: HTMLElement, header: HTMLElement, cell: HTMLElement, startX: number, { onMove }: HeaderGestures): void {
  const column = cell.dataset["column"] ?? "";
  let target: HTMLElement | null = null;
  let isAfter = false;
  let isFar = false;
  const unmark = () => {
    for (const marked of header.querySelectorAll("[data-drop]")) marked.removeAttribute("data-drop");
  };
  follow(
    ({ clientX }) => {
      isFar ||= Math.abs(clientX - startX) > FAR_PX;
      if (!isFar) return;
      grid.dataset["dragging"] = "";
      const { left, right, top } = grid.getBoundingClientRect();
      if (clientX > right - EDGE_PX) grid.scrollLeft += SCROLL_PX;
      else if (clientX < left + EDGE_PX) grid.scrollLeft -= SCROLL_PX;
      unmark();
      const found = cellAt(document.elementFromPoint(clientX, top + 10));
      target = found?.dataset["movable"] !== undefined && found.dataset["column"] !== column && header.contains(found) ? found : null;
      if (!target) return;
      const box = target.getBoundingClientRect();
      isAfter = clientX > box.left + box.width / 2;
      target.dataset["drop"] = isAfter ? "after" : "before";
    },
    (isCancelled) => {
      unmark();
      delete grid.dataset["dragging"];
      if (!isFar) return;
      skipClick();
      if (target && !isCancelled) onMove(column, target.dataset["column"] ?? "", isAfter);
    },
  );
}

/** Tell of the pointer's moves until it is let go, or Escape is pressed. */
function follow(onMove: (event: PointerEvent) => void, onEnd: (isCancelled: boolean) => void): void {
  const end = (isCancelled: boolean) => {
    removeEventListener("pointermove", onMove);
    removeEventListener("pointerup", release);
    removeEventListener("pointercancel", cancel);
    removeEventListener("keydown", escape, true);
    onEnd(isCancelled);
  };
  const release = () => end(false);
  const cancel = () => end(true);
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(true);
  };
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", release);
  addEventListener("pointercancel", cancel);
  addEventListener("keydown", escape, true);
}

/** Keep the click that ends a drag from sorting. */
function skipClick(): void {
  const stop = (event: Event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, { capture: true }));
}
