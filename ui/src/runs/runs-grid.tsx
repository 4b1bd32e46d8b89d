import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import gridCss from "../grid/grid.module.css";
import { type GridColumn, type GridModel, PooledGrid } from "../grid/pooled-grid";
import { isTyping, onKeys } from "../lib/keys";
import { navigate } from "../lib/location";
import { type CellSource, makeCell, makeCheckCell, makeNameCell } from "./cells";
import { type Column, describeColumn } from "./columns";
import css from "./runs.module.css";
import type { Row, RunTable } from "./table";
import type { SortKey } from "./view-state";

const CLOCK_MS = 15_000;
const NAME_WIDTH = 250;
const NARROW_NAME_WIDTH = 168;

export interface RunsGridProps {
  readonly table: RunTable;
  readonly rows: readonly Row[];
  readonly columns: readonly string[];
  /** The columns of parameters whose values are all numbers. */
  readonly numericParams: ReadonlySet<string>;
  readonly sort: readonly SortKey[];
  readonly selected: readonly string[];
  readonly colors: ReadonlyMap<string, string>;
  readonly hasTree: boolean;
  readonly label: string;
  readonly onSort: (column: Column, add: boolean) => void;
  readonly onSelect: (selected: readonly string[]) => void;
  readonly onExpand: (runId: string, expand: boolean) => void;
}

/** The table of runs: keyboard, mouse and what the pooled grid needs. */
export function RunsGrid(props: RunsGridProps) {
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<PooledGrid | null>(null);
  const anchor = useRef(0);
  const latest = useRef(props);
  latest.current = props;
  const [now, setNow] = useState(Date.now);
  const source = useRef<CellSource | null>(null);
  const { table, rows, selected, colors, hasTree } = props;
  source.current ??= { table, rows, selected: new Set(selected), colors, hasTree, now };
  const { current: cells } = source;
  const columns = useMemo(() => makeColumns(props.columns, props.numericParams, cells), [props.columns.join("\n"), [...props.numericParams].join("\n")]);

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    Object.assign(cells, { table, rows, selected: new Set(selected), colors, hasTree, now });
    const model = makeModel(latest, cells, columns);
    if (grid.current) grid.current.setModel(model);
    else if (host.current) grid.current = new PooledGrid(host.current, model);
  }, [table, rows, columns, selected, colors, hasTree, now, props.label, JSON.stringify(props.sort)]);
  useEffect(
    () => () => {
      grid.current?.destroy();
      grid.current = null;
    },
    [],
  );
  useEffect(() => {
    const to = (move: (row: number, page: number) => number) => () => {
      const { current } = grid;
      if (!current) return;
      current.activate(move(current.active, current.pageRows));
      current.element.focus({ preventScroll: true });
    };
    return onKeys({ j: to((row) => row + 1), k: to((row) => row - 1) });
  }, []);

  const toggle = (row: number, isRange: boolean) => {
    const { rows: all, selected: before, table: from, onSelect } = latest.current;
    const ids = (at: readonly Row[]) => at.map(({ run }) => from.id(run));
    const choose = (chosen: readonly string[]) => {
      Object.assign(cells, { selected: new Set(chosen) }); // what is drawn before the answer shows it already
      onSelect(chosen);
    };
    if (isRange) {
      const range = ids(all.slice(Math.min(anchor.current, row), Math.max(anchor.current, row) + 1));
      choose([...new Set([...before, ...range])]);
      return;
    }
    anchor.current = row;
    const [id = ""] = ids(all.slice(row, row + 1));
    choose(before.includes(id) ? before.filter((known) => known !== id) : [...before, id]);
  };
  const open = (row: number) => {
    const at = latest.current.rows[row];
    if (at) navigate(`/runs/${latest.current.table.id(at.run)}`);
  };
  const expand = (row: number, wanted?: boolean) => {
    const at = latest.current.rows[row];
    if (!at || at.isExpanded === null) return;
    latest.current.onExpand(latest.current.table.id(at.run), wanted ?? !at.isExpanded);
  };

  const onClick = (event: MouseEvent) => {
    const row = grid.current?.rowAt(event) ?? -1;
    if (row < 0 || !(event.target instanceof Element) || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("[data-toggle]")) expand(row);
    else if (event.target.closest("[data-column=check]")) {
      if (event.shiftKey || !(event.target instanceof HTMLInputElement)) event.preventDefault(); // else it shows at once
      toggle(row, event.shiftKey);
    } else if (event.shiftKey) toggle(row, true);
    else if (!event.target.closest("a") && !String(getSelection())) open(row);
    grid.current?.activate(row); // draws the row, with its box as it is chosen now
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { current } = grid;
    if (!current || event.target !== current.element || isTyping(event)) return;
    const row = current.active;
    const act = actionOf(event, row, current.pageRows, rows.length);
    if (act.kind === "none") return;
    event.preventDefault();
    if (act.kind === "move") current.activate(act.row);
    if (act.kind === "extend") {
      toggle(row, true);
      current.activate(act.row);
      toggle(act.row, true);
    }
    if (act.kind === "select") toggle(row, false);
    if (act.kind === "open") open(row);
    if (act.kind === "expand") expand(row, true);
    if (act.kind === "collapse") expand(row, false);
    if (act.kind === "clear") latest.current.onSelect([]);
  };
  return <div ref={host} role="presentation" class={css.grid} onClick={onClick} onKeyDown={onKeyDown} />;
}

type Action =
  | { readonly kind: "none" | "select" | "open" | "expand" | "collapse" | "clear" }
  | { readonly kind: "move" | "extend"; readonly row: number };

function actionOf(event: KeyboardEvent, row: number, page: number, count: number): Action {
  const kind = event.shiftKey ? "extend" : "move";
  switch (event.key) {
    case "ArrowDown":
      return { kind, row: row + 1 };
    case "ArrowUp":
      return { kind, row: row - 1 };
    case "PageDown":
      return { kind: "move", row: row + page };
    case "PageUp":
      return { kind: "move", row: row - page };
    case "Home":
      return { kind: "move", row: 0 };
    case "End":
      return { kind: "move", row: count - 1 };
    case "x":
    case " ":
      return { kind: "select" };
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

interface Fixed {
  readonly id: string;
  readonly column: Column | null;
  readonly width: number;
  readonly cell: GridColumn["cell"];
}

function makeColumns(ids: readonly string[], numeric: ReadonlySet<string>, cells: CellSource): Fixed[] {
  const name = innerWidth < 768 ? NARROW_NAME_WIDTH : NAME_WIDTH;
  return [
    { id: "check", column: null, width: 36, cell: () => makeCheckCell(cells) },
    { id: "name", column: null, width: name, cell: () => makeNameCell(cells) },
    ...ids.map(describeColumn).map((known) => {
      const column = { ...known, isNumeric: known.isNumeric || numeric.has(known.id) };
      return { id: column.id, column, width: column.width, cell: () => makeCell(column, cells) };
    }),
  ];
}

function makeModel(props: { readonly current: RunsGridProps }, cells: CellSource, columns: readonly Fixed[]): GridModel {
  return {
    label: props.current.label,
    isTree: cells.hasTree,
    rowCount: cells.rows.length,
    isSelected: (row) => cells.selected.has(cells.table.id(cells.rows[row]?.run ?? -1)),
    level: (row) => cells.rows[row]?.level ?? 1,
    isExpanded: (row) => cells.rows[row]?.isExpanded ?? null,
    columns: columns.map(({ id, column, width, cell }) => ({
      id,
      width,
      cell,
      isFrozen: column === null,
      isNumeric: column?.isNumeric ?? false,
      sort: sortOf(props.current.sort, id === "name" ? "attributes.run_name" : id),
      header: () => makeHeader(props, id, column),
    })),
  };
}

function sortOf(sort: readonly SortKey[], id: string): GridColumn["sort"] {
  const key = sort.find(({ column }) => column === id);
  return key && (key.isDescending ? "descending" : "ascending");
}

function makeHeader(props: { readonly current: RunsGridProps }, id: string, column: Column | null): HTMLElement {
  if (id === "check") return makeSelectAll(props);
  const text = document.createElement("span");
  text.textContent = column?.title ?? "Run";
  text.title = column && column.kind !== "attributes" ? `${column.kind.slice(0, -1)} ${column.title}` : text.textContent;
  if (column && !column.isSortable) return text;
  const described: Column = column ?? { ...describeColumn("tags.name"), id: "attributes.run_name", kind: "attributes" };
  const button = document.createElement("button");
  button.type = "button";
  button.className = gridCss.sort ?? "";
  const at = props.current.sort.findIndex((key) => key.column === described.id);
  const key = props.current.sort[at];
  const arrow = document.createElement("span");
  arrow.setAttribute("aria-hidden", "true");
  arrow.textContent = key ? `${key.isDescending ? "▼" : "▲"}${props.current.sort.length > 1 ? at + 1 : ""}` : "";
  button.append(text, arrow);
  button.addEventListener("click", (event) => props.current.onSort(described, event.shiftKey));
  return button;
}

function makeSelectAll(props: { readonly current: RunsGridProps }): HTMLElement {
  const { rows, selected, table } = props.current;
  const box = document.createElement("input");
  box.type = "checkbox";
  const ids = rows.map(({ run }) => table.id(run));
  const chosen = new Set(selected);
  const count = ids.filter((id) => chosen.has(id)).length;
  box.checked = count > 0 && count === ids.length;
  box.indeterminate = count > 0 && count < ids.length;
  box.setAttribute("aria-label", `Select all ${ids.length} runs`);
  box.addEventListener("change", () => props.current.onSelect(box.checked ? ids : []));
  return box;
}
