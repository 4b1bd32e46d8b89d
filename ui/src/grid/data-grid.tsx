import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isTyping, onKeys } from "../lib/keys";
import { navigate } from "../lib/location";
import css from "./grid.module.css";
import { nextOrder, sortOf } from "./order";
import { type CellView, type GridColumn, PooledGrid, ROW_HEIGHT } from "./pooled-grid";

const CLOCK_MS = 15_000;
const NARROW = 168;
const ROWS_BEFORE_END = 100;

export interface DataColumn<T> {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly isFrozen?: boolean;
  readonly isNumeric?: boolean;
  /** The key that the server sorts by, and the direction of the first click. */
  readonly sort?: readonly [string, "ASC" | "DESC"];
  readonly cell: (rowAt: (index: number) => T | undefined) => CellView;
}

interface DataGridProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  /** Constant: the elements of the cells are made of them once. */
  readonly columns: readonly DataColumn<T>[];
  readonly order: string;
  readonly onOrder: (order: string) => void;
  /** Return the page that a row opens. */
  readonly pageOf: (row: T) => string;
  /** The reader comes near to the last row. */
  readonly onEnd: () => void;
  /** How rows are chosen; without it they are not. */
  readonly choice?: Choice<T>;
  /** What the button of a cell, or the key a, does with a row. */
  readonly onAct?: (row: T) => void;
}

/** Which rows are chosen: by a box before each, or by x and Space. */
interface Choice<T> {
  readonly isChosen: (row: T) => boolean;
  readonly nameOf: (row: T) => string;
  readonly onToggle: (row: T) => void;
}

/** Rows to look through and open, by mouse and keys; 10,000 of them cost what 40 do. */
export function DataGrid<T>(props: DataGridProps<T>) {
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<PooledGrid | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [now, setNow] = useState(Date.now);
  const { choice } = props;
  const cells = useMemo(() => props.columns.map((column) => () => column.cell((index) => latest.current.rows[index])), [props.columns]);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  // Before anything is clicked: the rows on the screen are those that a click is looked up in.
  useLayoutEffect(() => {
    const model = {
      label: props.label,
      isTree: false,
      rowCount: props.rows.length,
      columns: [
        ...(choice ? [choiceColumn(latest)] : []),
        ...props.columns.map((column, index) => makeColumn(column, cells[index], latest)),
      ],
      isSelected: choice && ((index: number) => isChosen(latest.current, index)),
      level: () => 1,
      isExpanded: () => null,
    };
    if (grid.current) grid.current.setModel(model);
    else if (host.current) grid.current = new PooledGrid(host.current, model);
    tellEnd();
  }, [props.rows, cells, props.label, props.order, choice, now]);
  useEffect(() => {
    grid.current?.element.addEventListener("scroll", tellEnd, { passive: true });
    return () => {
      grid.current?.destroy();
      grid.current = null;
    };
  }, []);
  useLayoutEffect(() => {
    const to = (step: number) => () => {
      grid.current?.activate(grid.current.active + step);
      grid.current?.element.focus({ preventScroll: true });
    };
    return onKeys({ j: to(1), k: to(-1) });
  }, []);

  function tellEnd(): void {
    const element = grid.current?.element;
    if (!element) return;
    const last = (element.scrollTop + element.clientHeight) / ROW_HEIGHT;
    if (last > latest.current.rows.length - ROWS_BEFORE_END) latest.current.onEnd();
  }
  const open = (index: number) => {
    const row = latest.current.rows[index];
    if (row) navigate(latest.current.pageOf(row));
  };
  const toggle = (index: number) => {
    const row = latest.current.rows[index];
    if (row) latest.current.choice?.onToggle(row);
  };
  const act = (index: number) => {
    const row = latest.current.rows[index];
    if (row) latest.current.onAct?.(row);
  };
  const onClick = (event: MouseEvent) => {
    const index = grid.current?.rowAt(event) ?? -1;
    if (index < 0 || !(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    grid.current?.activate(index);
    if (event.target.closest("[data-choice]")) {
      toggle(index);
      return;
    }
    if (event.target.closest("[data-act]")) {
      act(index);
      return;
    }
    if (!event.target.closest("a") && !String(getSelection())) open(index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { current } = grid;
    if (current && choice && event.target === current.element && (event.key === " " || event.key === "x")) {
      event.preventDefault();
      toggle(current.active);
      return;
    }
    if (current && props.onAct && event.target === current.element && event.key === "a" && !(event.ctrlKey || event.metaKey || event.altKey)) {
      event.preventDefault();
      act(current.active);
      return;
    }
    if (!current || event.target !== current.element || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.key === "Enter" ? current.active : rowFor(event.key, current.active, current.pageRows, props.rows.length);
    if (target === null) return;
    event.preventDefault();
    if (event.key === "Enter") open(target);
    else current.activate(target);
  };
  return <div ref={host} role="presentation" class={css.host} onClick={onClick} onKeyDown={onKeyDown} />;
}

function rowFor(key: string, row: number, page: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return row + 1;
    case "ArrowUp":
      return row - 1;
    case "PageDown":
      return row + page;
    case "PageUp":
      return row - page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

interface Chosen<T> {
  readonly rows: readonly T[];
  readonly choice?: Choice<T>;
}

function isChosen<T>({ rows, choice }: Chosen<T>, index: number): boolean {
  const row = rows[index];
  return row !== undefined && choice?.isChosen(row) === true;
}

function choiceColumn<T>(props: { readonly current: Chosen<T> }): GridColumn {
  return {
    id: "choice",
    width: 36,
    isFrozen: true,
    isNumeric: false,
    header: () => {
      const text = document.createElement("span");
      text.className = "visually-hidden";
      text.textContent = "Choose";
      return text;
    },
    cell: () => makeChoice(props),
  };
}

function makeChoice<T>(props: { readonly current: Chosen<T> }): CellView {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.tabIndex = -1;
  const element = document.createElement("div");
  element.className = css.choice ?? "";
  element.dataset["choice"] = "";
  element.append(box);
  return {
    element,
    show(index) {
      const row = props.current.rows[index];
      box.checked = isChosen(props.current, index);
      box.setAttribute("aria-label", row === undefined ? "Choose" : `Choose ${props.current.choice?.nameOf(row) ?? ""}`);
    },
  };
}

interface Sorted {
  readonly current: { readonly order: string; readonly onOrder: (order: string) => void };
}

function makeColumn<T>(column: DataColumn<T>, cell: GridColumn["cell"] | undefined, props: Sorted): GridColumn {
  const { id, title, isFrozen = false, isNumeric = false, sort } = column;
  return {
    id,
    width: isFrozen && innerWidth < 768 ? Math.min(column.width, NARROW) : column.width,
    isFrozen,
    isNumeric,
    cell: cell ?? (() => ({ element: document.createElement("div"), show: () => undefined })),
    sort: sort && sortOf(props.current.order, sort[0]),
    header: () => makeHeader(title, sort, props),
  };
}

function makeHeader(title: string, sort: DataColumn<unknown>["sort"], props: Sorted): HTMLElement {
  const text = document.createElement("span");
  text.textContent = title;
  if (!sort) return text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = css.sort ?? "";
  const direction = sortOf(props.current.order, sort[0]);
  const arrow = document.createElement("span");
  arrow.setAttribute("aria-hidden", "true");
  arrow.textContent = direction ? (direction === "descending" ? "▼" : "▲") : "";
  button.append(text, arrow);
  button.addEventListener("click", () => props.current.onOrder(nextOrder(props.current.order, ...sort)));
  return button;
}
