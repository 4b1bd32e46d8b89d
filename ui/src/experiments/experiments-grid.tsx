import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import gridCss from "../grid/grid.module.css";
import { nextOrder, sortOf } from "../grid/order";
import { type GridModel, PooledGrid } from "../grid/pooled-grid";
import { isTyping, onKeys, showKeys } from "../lib/keys";
import { navigate } from "../lib/location";
import { type ListState, makeExperimentColumns } from "./experiment-columns";
import type { ExperimentRow } from "./folders";

const KEYS = { "j / ↓": "Next row", "k / ↑": "Previous row", "x / Space": "Select", s: "Star", Enter: "Open", "→ / ←": "Open or close a folder" };
const NARROW = 190;

interface GridProps extends ListState {
  readonly rows: readonly ExperimentRow[];
  readonly order: string;
  readonly onOrder: (order: string) => void;
  readonly onFolder: (row: ExperimentRow, open: boolean) => void;
  readonly onSelect: (row: ExperimentRow) => void;
  readonly onStar: (row: ExperimentRow) => void;
  readonly onActions: (row: ExperimentRow, button: DOMRect) => void;
}

/** Experiments in rows; ten thousand of them cost what forty do. */
export function ExperimentsGrid(props: GridProps) {
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<PooledGrid | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const columns = useMemo(() => makeExperimentColumns(latest), []);
  const cells = useMemo(() => columns.map((column) => () => column.cell((index) => latest.current.rows[index])), [columns]);
  // Before anything is clicked: the rows on the screen are those that a click is looked up in.
  useLayoutEffect(() => {
    const model: GridModel = {
      label: "Experiments",
      isTree: true,
      rowCount: props.rows.length,
      isSelected: (index) => latest.current.selected.has(latest.current.rows[index]?.id ?? ""),
      level: (index) => latest.current.rows[index]?.level ?? 1,
      isExpanded: (index) => latest.current.rows[index]?.isExpanded ?? null,
      columns: columns.map(({ id, title, width, isFrozen = false, isNumeric = false, sort }, place) => ({
        id,
        width: id === "name" && innerWidth < 768 ? NARROW : width,
        isFrozen,
        isNumeric,
        cell: cells[place] ?? (() => ({ element: document.createElement("div"), show: () => undefined })),
        sort: sort && sortOf(props.order, sort[0]),
        header: () => makeHeader(title, sort, latest),
      })),
    };
    if (grid.current) grid.current.setModel(model);
    else if (host.current) grid.current = new PooledGrid(host.current, model);
  }, [props.rows, props.order, props.selected]);
  useEffect(
    () => () => {
      grid.current?.destroy();
      grid.current = null;
    },
    [],
  );
  useEffect(() => showKeys(KEYS), []);
  useLayoutEffect(() => {
    const to = (step: number) => () => {
      grid.current?.activate(grid.current.active + step);
      grid.current?.element.focus({ preventScroll: true });
    };
    return onKeys({ j: to(1), k: to(-1) });
  }, []);

  const open = (row: ExperimentRow) => {
    if (row.facts) navigate(`/experiments/${row.id}/runs`);
    else props.onFolder(row, !row.isExpanded);
  };
  const onClick = (event: MouseEvent) => {
    const index = grid.current?.rowAt(event) ?? -1;
    const row = latest.current.rows[index];
    const { target } = event;
    if (!row || !(target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    grid.current?.activate(index);
    const actions = target.closest("[data-actions]");
    if (actions) props.onActions(row, actions.getBoundingClientRect());
    else if (target.closest("[data-star]")) props.onStar(row);
    else if (target.closest("[data-column=check]")) props.onSelect(row);
    else if (!target.closest("a[href]") && !String(getSelection())) open(row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { current } = grid;
    const row = current ? latest.current.rows[current.active] : undefined;
    if (!current || event.target !== current.element || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: current.active + 1,
      ArrowUp: current.active - 1,
      PageDown: current.active + current.pageRows,
      PageUp: current.active - current.pageRows,
      Home: 0,
      End: props.rows.length - 1,
    };
    const target = moves[event.key];
    const acts: Readonly<Record<string, (row: ExperimentRow) => void>> = {
      Enter: open,
      x: props.onSelect,
      " ": props.onSelect,
      s: props.onStar,
      ArrowRight: (at) => at.facts === null && props.onFolder(at, true),
      ArrowLeft: (at) => at.facts === null && props.onFolder(at, false),
    };
    const act = acts[event.key];
    if (target === undefined && !act) return;
    event.preventDefault();
    if (target !== undefined) current.activate(target);
    else if (row && act) act(row);
  };
  return <div ref={host} role="presentation" class={gridCss.host} onClick={onClick} onKeyDown={onKeyDown} />;
}

function makeHeader(title: string, sort: readonly [string, "ASC" | "DESC"] | undefined, props: { readonly current: GridProps }): HTMLElement {
  const text = document.createElement("span");
  text.textContent = title;
  if (!sort) return text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = gridCss.sort ?? "";
  const direction = sortOf(props.current.order, sort[0]);
  const arrow = document.createElement("span");
  arrow.setAttribute("aria-hidden", "true");
  arrow.textContent = direction ? (direction === "descending" ? "▼" : "▲") : "";
  button.append(text, arrow);
  button.addEventListener("click", () => props.current.onOrder(nextOrder(props.current.order, ...sort)));
  return button;
}
