/** What cells of a grid are made of: elements that are refilled for each row they stand for. */

import { hrefOf } from "../lib/location";
import css from "./grid.module.css";
import type { CellView } from "./pooled-grid";

/**
 * Make an element around one text node: changing its data costs no restyling, replacing it would. The title is set
 * when the pointer comes, because scrolling would set thousands that nobody reads. Who copies the text gets it whole.
 */
export function makeText(): { readonly element: HTMLElement; readonly write: (text: string, wholeText: string) => void } {
  const element = document.createElement("div");
  const node = document.createTextNode("");
  element.append(node);
  let title = "";
  element.addEventListener("pointerenter", () => {
    element.title = title;
  });
  element.addEventListener("copy", (event) => {
    if (!event.clipboardData || String(getSelection()).trim() !== node.data) return;
    event.clipboardData.setData("text/plain", title);
    event.preventDefault();
  });
  return {
    element,
    write(text, wholeText) {
      if (node.data !== text) node.data = text;
      title = wholeText;
      if (element.title) element.removeAttribute("title");
    },
  };
}

/** Make an element around others. */
export function wrap(...children: readonly HTMLElement[]): HTMLElement {
  const element = document.createElement("div");
  element.append(...children);
  return element;
}

/** What a cell says: its text, and what stands there in full when the pointer comes. */
export type Written = string | readonly [text: string, whole: string];

/** Make a cell of text. */
export function textCell<T>(write: (row: T) => Written): (rowAt: (index: number) => T | undefined) => CellView {
  return (rowAt) => {
    const { element, write: put } = makeText();
    element.classList.add(css.quiet ?? "");
    return {
      element,
      show(index) {
        const row = rowAt(index);
        const written = row === undefined ? "" : write(row);
        if (typeof written === "string") put(written, written);
        else put(...written);
      },
    };
  };
}

/** Make a cell with a link; `place` may give an empty page, then it is only text. */
export function linkCell<T>(
  place: (row: T) => { readonly text: string; readonly page: string },
  className: "name" | "link",
): (rowAt: (index: number) => T | undefined) => CellView {
  return (rowAt) => {
    const link = document.createElement("a");
    link.tabIndex = -1;
    const label = document.createTextNode("");
    link.append(label);
    const element = wrap(link);
    element.classList.add(css[className] ?? "");
    element.addEventListener("pointerenter", () => {
      link.title = label.data;
    });
    return {
      element,
      show(index) {
        const row = rowAt(index);
        const { text, page } = row === undefined ? { text: "", page: "" } : place(row);
        if (label.data !== text) label.data = text;
        if (page) link.href = hrefOf(page);
        else link.removeAttribute("href");
      },
    };
  };
}

export interface Pill {
  readonly text: string;
  readonly isStrong?: boolean;
  /** What stands there when the pointer comes, if not the text. */
  readonly whole?: string;
}

/** Make a cell of small words, at most `most`; how many more there are stands behind them. */
export function pillsCell<T>(list: (row: T) => readonly Pill[], most: number): (rowAt: (index: number) => T | undefined) => CellView {
  return (rowAt) => {
    const pills = Array.from({ length: most }, () => makePill());
    const rest = makeText();
    const element = wrap(...pills.map((pill) => pill.element), rest.element);
    rest.element.className = css.rest ?? "";
    return {
      element,
      show(index) {
        const row = rowAt(index);
        const all = row === undefined ? [] : list(row);
        for (const [slot, pill] of pills.entries()) pill.show(all[slot]);
        const more = all.slice(most);
        rest.write(more.length > 0 ? `+${more.length}` : "", more.map(({ text }) => text).join(", "));
      },
    };
  };
}

function makePill(): { readonly element: HTMLElement; readonly show: (pill: Pill | undefined) => void } {
  const { element, write } = makeText();
  element.className = css.pill ?? "";
  return {
    element,
    show(pill) {
      const isHidden = pill === undefined;
      if (element.hidden !== isHidden) element.hidden = isHidden;
      if (!pill) return;
      write(pill.text, pill.whole ?? pill.text);
      element.classList.toggle(css.strong ?? "", pill.isStrong === true);
    },
  };
}

/** Make a cell of a word with a dot in its tone. */
export function statusCell<T>(status: (row: T) => { readonly word: string; readonly tone: string }): (rowAt: (index: number) => T | undefined) => CellView {
  return (rowAt) => {
    const dot = document.createElement("span");
    dot.className = "dot";
    const text = document.createElement("span");
    const word = document.createTextNode("");
    text.append(word);
    const element = wrap(dot, text);
    element.classList.add(css.status ?? "");
    return {
      element,
      show(index) {
        const row = rowAt(index);
        const known = row === undefined ? { word: "", tone: "" } : status(row);
        dot.dataset["tone"] = known.tone;
        word.data = known.word;
      },
    };
  };
}
