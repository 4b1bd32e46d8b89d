/** The cell of a version's aliases: what it has, what was asked for, and a button to change them. */

import type { VersionRow } from "../api/schema";
import grid from "../grid/grid.module.css";
import type { CellView } from "../grid/pooled-grid";
import { pillsCell, wrap } from "../grid/text-cell";

const MOST = 3;

const pills = pillsCell<VersionRow>(
  ({ version: { aliases = [] }, requested = [] }) => [
    ...aliases.map((alias) => ({ text: `@${alias}`, isStrong: true })),
    ...requested.map((target) => ({ text: `${target}?`, whole: `${target} is asked for` })),
  ],
  MOST,
);

/** What a version has and what was asked for, to be read. */
export const aliasesCell = pills;

/** The same, with a button to change what it has. */
export function aliasCell(rowAt: (index: number) => VersionRow | undefined): CellView {
  const list = pills(rowAt);
  const button = document.createElement("button");
  button.type = "button";
  button.className = grid.edit ?? "";
  button.tabIndex = -1;
  button.dataset["act"] = "";
  button.textContent = "✎";
  const element = wrap(button, list.element);
  element.classList.add(grid.editable ?? "");
  return {
    element,
    show(index) {
      button.setAttribute("aria-label", `Change the aliases of version ${rowAt(index)?.version.version ?? ""}`);
      list.show(index);
    },
  };
}
