/** Where columns stand and how wide they are: by dragging in the header, and by its keys. */

import type { HeaderGestures } from "../grid/header-gestures";
import { type ColumnOrder, describeColumn, moveBeside, moveBy } from "./columns";
import { DEFAULT_LOOK, writeNumber } from "./looks";
import type { RunTable } from "./table";
import type { Change } from "./use-workspace";
import type { RunsView } from "./view-state";
import { fitWidth, setWidth, widths } from "./widths";

const STEP = 16;
const SAMPLED = 5000;

interface Places {
  readonly gestures: HeaderGestures;
  readonly onHeaderKey: (event: KeyboardEvent) => void;
}

/** Return what moves and widens columns. */
export function usePlaces(table: RunTable, columns: readonly string[], view: RunsView, change: Change): Places {
  const order: ColumnOrder = { columns, pinned: view.pinned };
  const gestures: HeaderGestures = {
    onResize: (column, width, isFinal) => setWidth(column, width || fitColumn(table, view, column), isFinal),
    onMove: (column, target, isAfter) => change(moveBeside(order, column, target, isAfter), true),
  };
  const onHeaderKey = (event: KeyboardEvent) => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=columnheader]") : null;
    const column = cell?.dataset["column"];
    if (!cell || !column || column === "check" || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    const step = event.key === "ArrowLeft" ? -1 : 1;
    const isMove = event.ctrlKey || event.metaKey;
    if (event.altKey || isMove === event.shiftKey) return;
    event.preventDefault();
    if (!isMove) setWidth(column, (widths.peek().get(column) ?? cell.offsetWidth) + step * STEP);
    else if (columns.includes(column)) change(moveBy(order, column, step), true);
  };
  return { gestures, onHeaderKey };
}

/** Return the width that shows the values of a column whole, of many runs those of the first. */
export function fitColumn(table: RunTable, { looks }: RunsView, column: string): number {
  const runs = Array.from({ length: Math.min(table.count, SAMPLED) }, (_, run) => run);
  const { format } = looks.get(column) ?? DEFAULT_LOOK;
  const { title, kind } = describeColumn(column);
  const write = (run: number): string => {
    if (column === "name") return table.name(run);
    const number = kind === "metrics" ? table.number(column, run) : null;
    return number === null ? (table.text(column, run) ?? "") : writeNumber(number, format);
  };
  return fitWidth(title, new Set(runs.map(write)), document.body);
}
