/** What keys do in the table of runs. */

export type Action =
  | { readonly kind: "none" | "select" | "open" | "expand" | "collapse" | "clear" | "peek" | "menu" | "star" | "all" }
  | { readonly kind: "move" | "extend"; readonly row: number };

/** Return what a key does with the active row, one of `count`, of which `page` are in view. */
export function actionOf(event: KeyboardEvent, row: number, page: number, count: number): Action {
  const isControl = event.ctrlKey || event.metaKey;
  if (isControl && event.key.toLowerCase() === "a") return { kind: "all" };
  if (isControl || event.altKey) return { kind: "none" };
  const kind = event.shiftKey ? "extend" : "move";
  switch (event.key) {
    case "ArrowDown":
      return { kind, row: row + 1 };
    case "ArrowUp":
      return { kind, row: row - 1 };
    case "PageDown":
      return { kind, row: row + page };
    case "PageUp":
      return { kind, row: row - page };
    case "Home":
      return { kind, row: 0 };
    case "End":
      return { kind, row: count - 1 };
    case "x":
    case " ":
      return { kind: "select" };
    case "o":
      return { kind: "peek" };
    case ".":
      return { kind: "menu" };
    case "s":
      return { kind: "star" };
    case "Enter":
      return { kind: "open" };
    case "ArrowRight":
      return { kind: "expand" };
    case "ArrowLeft":
      return { kind: "collapse" };
    case "Escape":
      return { kind: "clear" };
    default:
      return { kind: "none" };
  }
}

/** The keys of the table, for the reader to look up. */
export const GRID_KEYS: Readonly<Record<string, string>> = {
  "j / ↓": "Next row",
  "k / ↑": "Previous row",
  "x / Space": "Select the row",
  "Shift+↓ / ↑": "Select a range, also with Page and End",
  "Ctrl+A": "Select all rows",
  s: "Star the run",
  Enter: "Open the run, or the group",
  "→ / ←": "Show or hide what is below",
  o: "Look at the run in a drawer",
  ".": "Menu of the row",
  Esc: "Close, or clear the selection",
  "Shift+← / → on a title": "Narrower or wider column",
  "Ctrl+← / → on a title": "Move the column",
};
