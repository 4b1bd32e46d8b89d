import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { PooledGrid } from "../grid/pooled-grid";
import { isTyping, onKeys, showKeys } from "../lib/keys";
import { navigate } from "../lib/location";
import { useRowFocus } from "../lib/row-focus";
import { type CellSource, isRowSelected, runsOfRow } from "./cells";
import { actionOf, GRID_KEYS } from "./grid-keys";
import { areCards, type GridOptions, makeColumns, makeModel } from "./grid-model";
import { RangeSelection } from "./range";
import css from "./runs.module.css";
import type { Row } from "./table";

const CLOCK_MS = 15_000;

export interface RunsGridProps extends GridOptions, Omit<CellSource, "selected" | "now"> {
  readonly selected: readonly string[];
  readonly onExpand: (row: Row, expand: boolean) => void;
  /** The reader wants to look at a run in the drawer; empty closes it. */
  readonly onPeek: (runId: string) => void;
  readonly isPeeking: boolean;
  readonly onRowMenu: (row: Row, place: DOMRect) => void;
  /** Star a run, or take its star away. */
  readonly onStar: (runId: string) => void;
  /** A key was pressed within the header. */
  readonly onHeaderKey: (event: KeyboardEvent) => void;
}

/** The table of runs: keyboard, mouse and what the pooled grid needs. */
export function RunsGrid(props: RunsGridProps) {
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<PooledGrid | null>(null);
  const range = useRef(new RangeSelection());
  const latest = useRef(props);
  latest.current = props;
  useRowFocus(host, (index) => latest.current.table.id(latest.current.rows[index]?.run ?? -1));
  const now = useClock();
  const isNarrow = useNarrow();
  const source = useRef<CellSource | null>(null);
  const { table, rows, colors, hasTree, hasStatus, looks, grouping, groupColors, groupNames, members, experiments } = props;
  const read = { table, rows, colors, hasTree, hasStatus: hasStatus || areCards(), looks, grouping, groupColors, groupNames, members, experiments, now };
  const selected = useMemo(() => new Set(props.selected), [props.selected]);
  source.current ??= { ...read, selected };
  const { current: cells } = source;
  const columns = useMemo(
    () => makeColumns(latest.current, cells),
    [props.columns.join("\n"), props.pinned.join("\n"), [...props.numericParams].join("\n"), props.groupKeys, props.widths, isNarrow],
  );

  // Before anything is clicked: the rows on the screen are those that a click is looked up in.
  useLayoutEffect(() => {
    Object.assign(cells, read, { selected });
    const model = makeModel(latest, cells, columns);
    if (grid.current) grid.current.setModel(model);
    else if (host.current) grid.current = new PooledGrid(host.current, model);
  }, [...Object.values(read), selected, columns, props.label, props.rowHeight, JSON.stringify(props.sort)]);
  useEffect(
    () => () => {
      grid.current?.destroy();
      grid.current = null;
    },
    [],
  );
  const go = (index: number) => {
    grid.current?.activate(index);
    const active = grid.current?.active ?? 0;
    range.current.begin(active, latest.current.selected);
    follow(active);
  };
  const move = (step: number) => () => {
    if (!grid.current) return;
    go(grid.current.active + step);
    grid.current.element.focus({ preventScroll: true });
  };
  useLayoutEffect(() => onKeys({ j: move(1), k: move(-1) }), []);
  useEffect(() => showKeys(GRID_KEYS), []);

  const follow = (index: number) => {
    const row = latest.current.rows[index];
    if (latest.current.isPeeking && row && row.run >= 0) latest.current.onPeek(latest.current.table.id(row.run));
  };
  const choose = (chosen: readonly string[]) => {
    Object.assign(cells, { selected: new Set(chosen) }); // what is drawn before the answer shows it already
    latest.current.onSelect(chosen);
  };
  const idsOf = (first: number, end: number) => latest.current.rows.slice(first, end).flatMap((row) => runsOfRow(cells, row));
  const reach = (index: number) => choose(range.current.reach(index, idsOf));
  const toggle = (index: number) => {
    const { rows: all, selected: before } = latest.current;
    const row = all[index];
    if (!row) return;
    const ids = new Set(runsOfRow(cells, row));
    const after = isRowSelected(cells, row) ? before.filter((id) => !ids.has(id)) : [...new Set([...before, ...ids])];
    range.current.begin(index, after);
    choose(after);
  };
  const open = (index: number) => {
    const row = latest.current.rows[index];
    if (row && row.run >= 0) navigate(`/runs/${latest.current.table.id(row.run)}`);
    else expand(index);
  };
  const expand = (index: number, wanted?: boolean) => {
    const row = latest.current.rows[index];
    if (row && row.isExpanded !== null) latest.current.onExpand(row, wanted ?? !row.isExpanded);
  };
  const peek = (index: number) => {
    const row = latest.current.rows[index];
    if (row && row.run >= 0) latest.current.onPeek(latest.current.isPeeking ? "" : latest.current.table.id(row.run));
  };
  const star = (index: number) => {
    const row = latest.current.rows[index];
    if (row && row.run >= 0) latest.current.onStar(latest.current.table.id(row.run));
  };
  const openMenu = (index: number) => {
    const row = latest.current.rows[index];
    const element = host.current?.querySelector(`[data-row="${index}"] [data-column=name]`);
    if (row && element) latest.current.onRowMenu(row, element.getBoundingClientRect());
  };

  const onClick = (event: MouseEvent) => {
    const index = grid.current?.rowAt(event) ?? -1;
    if (index < 0 || !(event.target instanceof Element) || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("[data-toggle]")) expand(index);
    else if (event.target.closest("[data-column=check]")) {
      if (event.shiftKey || !(event.target instanceof HTMLInputElement)) event.preventDefault(); // else it shows at once
      if (event.shiftKey) reach(index);
      else toggle(index);
    } else if (event.target.closest("[data-star]")) star(index);
    else if (event.shiftKey) reach(index);
    else if (!event.target.closest("a[href]") && !String(getSelection())) open(index);
    grid.current?.activate(index); // draws the row, with its box as it is chosen now
    if (event.target instanceof HTMLInputElement || event.target.closest("button")) grid.current?.element.focus({ preventScroll: true });
  };
  const onContextMenu = (event: MouseEvent) => {
    const index = grid.current?.rowAt(event) ?? -1;
    const row = rows[index];
    if (!row || !(event.target instanceof Element) || event.target.closest("a[href]")) return;
    event.preventDefault();
    grid.current?.activate(index);
    props.onRowMenu(row, new DOMRect(event.clientX, event.clientY, 0, 0));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { current } = grid;
    if (!current || isTyping(event)) return;
    if (event.target !== current.element) {
      props.onHeaderKey(event);
      return;
    }
    const row = current.active;
    const act = actionOf(event, row, current.pageRows, rows.length);
    if (act.kind === "none") return;
    event.preventDefault();
    if (act.kind === "move") go(act.row);
    if (act.kind === "extend") {
      current.activate(act.row);
      reach(current.active);
    }
    if (act.kind === "all") choose([...new Set(idsOf(0, rows.length))]);
    if (act.kind === "select") toggle(row);
    if (act.kind === "star") star(row);
    if (act.kind === "open") open(row);
    if (act.kind === "expand") expand(row, true);
    if (act.kind === "collapse") expand(row, false);
    if (act.kind === "peek") peek(row);
    if (act.kind === "menu") openMenu(row);
    if (act.kind === "clear") {
      if (props.isPeeking) props.onPeek("");
      else choose([]);
    }
  };
  return <div ref={host} role="presentation" class={css.grid} onClick={onClick} onContextMenu={onContextMenu} onKeyDown={onKeyDown} />;
}

/** Return the time, now and then, for what is told as `2 min ago`. */
function useClock(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Return the width that cards have, 0 while there are none. */
function useNarrow(): number {
  const [width, setWidth] = useState(() => (areCards() ? innerWidth : 0));
  useEffect(() => {
    const measure = () => setWidth(areCards() ? innerWidth : 0);
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  return width;
}
