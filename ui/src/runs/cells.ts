/** The cells of the runs table, as elements that are refilled for each row they stand for. */

import type { CellView } from "../grid/pooled-grid";
import { makeText, statusCell, wrap } from "../grid/text-cell";
import { formatAgo, formatDuration, formatMoment, formatNumber } from "../lib/format";
import { hrefOf } from "../lib/location";
import type { Column } from "./columns";
import css from "./runs.module.css";
import type { Row, RunTable } from "./table";

/** What the cells read; the grid's owner replaces its fields, the cells stay. */
export interface CellSource {
  table: RunTable;
  rows: readonly Row[];
  selected: ReadonlySet<string>;
  colors: ReadonlyMap<string, string>;
  hasTree: boolean;
  now: number;
}

const TONES: Readonly<Record<string, string>> = { FINISHED: "ok", RUNNING: "run", FAILED: "bad", KILLED: "warn", LOST: "warn" };
const INDENT = 16;
/** The lengths that bars have: few, in the style sheet, because a style of its own for each cell is slow to compute. */
const BAR_STEPS = 20;

/** Make the cell with the checkbox. */
export function makeCheckCell(source: CellSource): CellView {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.tabIndex = -1;
  const element = wrap(box);
  element.classList.add(css.check ?? "");
  return {
    element,
    show(row) {
      const run = source.rows[row]?.run ?? -1;
      box.checked = source.selected.has(source.table.id(run));
      box.setAttribute("aria-label", `Select ${source.table.name(run)}`);
    },
  };
}

/** Make the cell with colour, tree arrow and name. */
export function makeNameCell(source: CellSource): CellView {
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.tabIndex = -1;
  toggle.className = css.toggle ?? "";
  toggle.dataset["toggle"] = "";
  const swatch = document.createElement("span");
  swatch.className = css.swatch ?? "";
  const link = document.createElement("a");
  link.tabIndex = -1;
  const label = document.createTextNode("");
  link.append(label);
  const element = wrap(toggle, swatch, link);
  element.classList.add(css.name ?? "");
  return {
    element,
    show(row) {
      const { run, level, isExpanded } = source.rows[row] ?? { run: -1, level: 1, isExpanded: null };
      const id = source.table.id(run);
      const name = source.table.name(run);
      toggle.hidden = !source.hasTree;
      swatch.style.background = source.colors.get(id) ?? "transparent";
      label.data = name;
      link.title = name;
      link.href = hrefOf(`/runs/${id}`);
      if (!source.hasTree) return;
      toggle.style.marginLeft = `${(level - 1) * INDENT}px`;
      toggle.disabled = isExpanded === null;
      toggle.textContent = isExpanded === null ? "" : isExpanded ? "▾" : "▸";
      toggle.setAttribute("aria-label", isExpanded ? `Hide the children of ${name}` : `Show the children of ${name}`);
    },
  };
}

/** Make the cell of a column. */
export function makeCell(column: Column, source: CellSource): CellView {
  if (column.id === "attributes.status") {
    const status = statusCell<Row>(({ run }) => {
      const word = source.table.text("attributes.status", run) ?? "";
      return { word: word.toLowerCase(), tone: TONES[word] ?? "" };
    });
    return status((index) => source.rows[index]);
  }
  if (column.id === "attributes.duration") return makeTextCell((run) => writeDuration(source, run));
  if (column.kind === "attributes" && column.isNumeric) return makeTimeCell(column.id, source);
  if (column.kind === "metrics") return makeMetricCell(column.id, source);
  return makeTextCell((run) => {
    const text = source.table.text(column.id, run) ?? "";
    return { text, title: text };
  }, source);

  function makeTextCell(write: (run: number) => Written, from: CellSource = source): CellView {
    const { element, write: put } = makeText();
    return {
      element,
      show(row) {
        const { text, title } = write(from.rows[row]?.run ?? -1);
        put(text, title);
      },
    };
  }
}

interface Written {
  readonly text: string;
  readonly title: string;
}

function writeDuration({ table, now }: CellSource, run: number): Written {
  const known = table.number("attributes.duration", run);
  const start = table.number("attributes.start_time", run);
  const isRunning = table.text("attributes.status", run) === "RUNNING";
  const ms = isRunning && start !== null ? now - start : known;
  return ms === null ? { text: "", title: "" } : { text: formatDuration(ms), title: `${ms} ms` };
}

function makeTimeCell(column: string, source: CellSource): CellView {
  const { element, write } = makeText();
  element.classList.add(css.quiet ?? "");
  return {
    element,
    show(row) {
      const time = source.table.number(column, source.rows[row]?.run ?? -1);
      const isKnown = time !== null && time > 0;
      write(isKnown ? formatAgo(time, source.now) : "", isKnown ? formatMoment(time) : "");
    },
  };
}

function makeMetricCell(column: string, source: CellSource): CellView {
  const { element, write } = makeText();
  element.classList.add(css.metric ?? "");
  return {
    element,
    show(row) {
      const value = source.table.number(column, source.rows[row]?.run ?? -1);
      const range = source.table.range(column);
      write(value === null ? "" : formatNumber(value), value === null ? "" : String(value));
      element.classList.toggle(css.best ?? "", range !== null && value === range.best);
      const share = range === null || value === null || !Number.isFinite(value) ? 0 : (value - range.min) / (range.max - range.min);
      const step = String(Math.round(share * BAR_STEPS));
      if (element.dataset["bar"] !== step) element.dataset["bar"] = step;
    },
  };
}
