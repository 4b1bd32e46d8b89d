/** The columns and headers of the runs table, as the pooled grid wants them. */

import gridCss from "../grid/grid.module.css";
import type { GridColumn, GridModel } from "../grid/pooled-grid";
import { makeCard } from "./cards";
import { type CellSource, isRowSelected, makeBestCell, makeCell, makeCheckCell, makeNameCell, runsOfRow } from "./cells";
import type { HeaderGestures } from "../grid/header-gestures";
import { BADGES, type Column, describeColumn } from "./columns";
import type { SortKey } from "./view-state";

export const CARD_BREAKPOINT = 768;
const NAME_WIDTH = 250;
const GROUP_NAME_WIDTH = 220;
const WIDTH_PER_KEY = 70;
const MAX_NAME_SHARE = 0.45;
const BEST_WIDTH = 190;
const CARD_HEIGHT = 76;
const CHECK_WIDTH = 36;

export interface GridOptions {
  readonly label: string;
  readonly columns: readonly string[];
  readonly pinned: readonly string[];
  /** The columns of parameters whose values are all numbers. */
  readonly numericParams: ReadonlySet<string>;
  readonly sort: readonly SortKey[];
  /** How many keys runs are grouped by. */
  readonly groupKeys: number;
  readonly rowHeight: number;
  /** What the rows answer. */
  readonly question: string;
  /** The widths that the reader gave to columns. */
  readonly widths: ReadonlyMap<string, number>;
  readonly gestures: HeaderGestures;
  readonly onSort: (column: Column, add: boolean) => void;
  readonly onSelect: (selected: readonly string[]) => void;
  readonly onMenu: (column: Column, button: HTMLElement) => void;
}

export interface FixedColumn {
  readonly id: string;
  readonly column: Column | null;
  readonly width: number;
  readonly isFrozen: boolean;
  readonly cell: GridColumn["cell"];
}

/** Return whether runs are shown as cards. */
export function areCards(): boolean {
  return innerWidth < CARD_BREAKPOINT;
}

/** Make the columns; their cells read from `cells`, whatever that holds by then. */
export function makeColumns({ columns, pinned, numericParams, groupKeys, widths }: GridOptions, cells: CellSource): FixedColumn[] {
  const isGrouped = groupKeys > 0;
  const check = { id: "check", column: null, width: CHECK_WIDTH, isFrozen: true, cell: () => makeCheckCell(cells) };
  if (areCards()) {
    const width = Math.max(240, innerWidth - CHECK_WIDTH - 2);
    return [check, { id: "name", column: null, width, isFrozen: true, cell: () => makeCard(cells, columns) }];
  }
  const described = columns.map(describeColumn).map((known) => {
    const column = { ...known, isNumeric: known.isNumeric || numericParams.has(known.id) };
    const isFrozen = pinned.includes(known.id);
    const width = widths.get(known.id) ?? (isGrouped && known.kind === "metrics" ? Math.max(known.width, 130) : known.width);
    return { id: known.id, column, width, isFrozen, cell: () => makeCell(column, cells) };
  });
  const wanted = isGrouped ? Math.min(GROUP_NAME_WIDTH + groupKeys * WIDTH_PER_KEY, innerWidth * MAX_NAME_SHARE) : NAME_WIDTH;
  const name = { id: "name", column: null, width: widths.get("name") ?? Math.round(wanted), isFrozen: true, cell: () => makeNameCell(cells) };
  const best = { id: "best", column: null, width: widths.get("best") ?? BEST_WIDTH, isFrozen: false, cell: () => makeBestCell(cells) };
  return [
    check,
    name,
    ...described.filter(({ isFrozen }) => isFrozen),
    ...(isGrouped ? [best] : []),
    ...described.filter(({ isFrozen }) => !isFrozen),
  ];
}

/** Make the model; `props` holds the options as they are when somebody clicks. */
export function makeModel(props: { readonly current: GridOptions }, cells: CellSource, columns: readonly FixedColumn[]): GridModel {
  const { label, sort, rowHeight, gestures, question } = props.current;
  const isWide = !areCards();
  return {
    label,
    isTree: cells.hasTree,
    gestures,
    rowCount: cells.rows.length,
    rowHeight: isWide ? rowHeight : CARD_HEIGHT,
    isSelected: (index) => {
      const row = cells.rows[index];
      return row !== undefined && isRowSelected(cells, row);
    },
    level: (row) => cells.rows[row]?.level ?? 1,
    question,
    keyOf: (row) => keyOfRow(cells, row),
    isExpanded: (row) => cells.rows[row]?.isExpanded ?? null,
    columns: columns.map(({ id, column, width, isFrozen, cell }) => ({
      id,
      width,
      cell,
      isFrozen,
      isNumeric: column?.isNumeric ?? false,
      isResizable: isWide && id !== "check",
      isMovable: isWide && column !== null,
      sort: sortOf(sort, id === "name" ? "attributes.run_name" : id),
      header: () => makeHeader(props, cells, id, column),
    })),
  };
}

function keyOfRow({ rows, table, groupNames }: CellSource, index: number): string {
  const row = rows[index];
  if (!row) return "";
  return row.run >= 0 ? table.id(row.run) : `group ${groupNames[row.group] ?? ""}`;
}

function sortOf(sort: readonly SortKey[], id: string): GridColumn["sort"] {
  const key = sort.find(({ column }) => column === id);
  return key && (key.isDescending ? "descending" : "ascending");
}

function makeHeader(props: { readonly current: GridOptions }, cells: CellSource, id: string, column: Column | null): HTMLElement {
  if (id === "check") return makeSelectAll(props, cells);
  const text = document.createElement("span");
  text.textContent = column?.title ?? (id === "best" ? "Best run" : "Run");
  text.title = column && column.kind !== "attributes" ? `${BADGES[column.kind][1]} ${column.title}` : text.textContent;
  if (id === "best") return text;
  const parts = document.createElement("span");
  parts.className = gridCss.headerParts ?? "";
  const described: Column = column ?? { ...describeColumn("tags.name"), id: "attributes.run_name", kind: "attributes" };
  if (column && column.kind !== "attributes") parts.append(makeBadge(column));
  parts.append(described.isSortable ? makeSortButton(props, described, text) : text);
  if (column) parts.append(makeMenuButton(props, column));
  return parts;
}

/** Make the letter that tells a metric from a parameter of the same name. */
function makeBadge({ kind }: Column): HTMLElement {
  const badge = document.createElement("span");
  const [letter, word] = BADGES[kind];
  badge.className = gridCss.badge ?? "";
  badge.textContent = letter;
  badge.title = word;
  badge.setAttribute("aria-hidden", "true");
  return badge;
}

function makeSortButton(props: { readonly current: GridOptions }, column: Column, text: HTMLElement): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = gridCss.sort ?? "";
  const { sort } = props.current;
  const at = sort.findIndex((key) => key.column === column.id);
  const key = sort[at];
  const arrow = document.createElement("span");
  arrow.setAttribute("aria-hidden", "true");
  arrow.textContent = key ? `${key.isDescending ? "▼" : "▲"}${sort.length > 1 ? at + 1 : ""}` : "";
  button.append(text, arrow);
  button.addEventListener("click", (event) => props.current.onSort(column, event.shiftKey));
  return button;
}

function makeMenuButton(props: { readonly current: GridOptions }, column: Column): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = gridCss.menuButton ?? "";
  button.dataset["menu"] = column.id;
  button.textContent = "⋮";
  button.setAttribute("aria-label", `Menu of ${column.title}`);
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", () => props.current.onMenu(column, button));
  return button;
}

function makeSelectAll(props: { readonly current: GridOptions }, cells: CellSource): HTMLElement {
  const box = document.createElement("input");
  box.type = "checkbox";
  const ids = [...new Set(cells.rows.flatMap((row) => runsOfRow(cells, row)))];
  const count = ids.filter((id) => cells.selected.has(id)).length;
  box.checked = count > 0 && count === ids.length;
  box.indeterminate = count > 0 && count < ids.length;
  box.setAttribute("aria-label", `Select all ${ids.length} runs`);
  box.addEventListener("change", () => props.current.onSelect(box.checked ? ids : []));
  return box;
}
