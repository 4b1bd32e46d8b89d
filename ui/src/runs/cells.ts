/** The cells of the runs table, as elements that are refilled for each row they stand for. */

import { STAR_TAG } from "../experiments/tags";
import type { CellView } from "../grid/pooled-grid";
import { makeText, statusCell, wrap } from "../grid/text-cell";
import { formatAgo, formatDuration, formatMoment, formatNumber, plural } from "../lib/format";
import { hrefOf } from "../lib/location";
import { makeIcon } from "../shell/icons";
import type { Column } from "./columns";
import type { Grouping } from "./grouping";
import { DEFAULT_LOOK, type Looks, writeNumber } from "./looks";
import css from "./runs.module.css";
import type { Row, RunTable } from "./table";

/** What the cells read; the grid's owner replaces its fields, the cells stay. */
export interface CellSource {
  table: RunTable;
  rows: readonly Row[];
  selected: ReadonlySet<string>;
  /** The colours of runs by id. */
  colors: ReadonlyMap<string, string>;
  hasTree: boolean;
  now: number;
  looks: Looks;
  grouping: Grouping | null;
  /** The colours and names of groups, in their order. */
  groupColors: readonly string[];
  groupNames: readonly string[];
  /** The runs of each group. */
  members: readonly (readonly string[])[];
  /** Whether the status has a column; without one it stands before the name. */
  hasStatus: boolean;
  /** The names of experiments by id. */
  experiments: ReadonlyMap<string, string>;
}

const NO_ROW: Row = { run: -1, group: -1, level: 1, isExpanded: null };
const TONES: Readonly<Record<string, string>> = { FINISHED: "ok", RUNNING: "run", FAILED: "bad", KILLED: "warn", LOST: "warn" };
export const STARRED = `tags.${STAR_TAG}`;
export const MODELS = "attributes.models";
const INDENT = 16;
/** The lengths that bars have: few, in the style sheet, because a style of its own for each cell is slow to compute. */
const BAR_STEPS = 20;

/** Return the runs that a row stands for: one, or those of its group. */
export function runsOfRow(source: CellSource, row: Row): readonly string[] {
  if (row.run >= 0) return [source.table.id(row.run)];
  return source.members[row.group] ?? [];
}

/** Return whether all runs of a row are selected. */
export function isRowSelected(source: CellSource, row: Row): boolean {
  const ids = runsOfRow(source, row);
  return ids.length > 0 && ids.every((id) => source.selected.has(id));
}

/** Make the cell with the checkbox. */
export function makeCheckCell(source: CellSource): CellView {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.tabIndex = -1;
  const element = wrap(box);
  element.classList.add(css.check ?? "");
  return {
    element,
    show(index) {
      const row = source.rows[index] ?? NO_ROW;
      box.checked = isRowSelected(source, row);
      box.setAttribute("aria-label", `Select ${nameOf(source, row)}`);
    },
  };
}

function nameOf(source: CellSource, { run, group }: Row): string {
  return run >= 0 ? source.table.name(run) : (source.groupNames[group] ?? "");
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
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.role = "img";
  dot.ariaLabel = "status";
  const link = document.createElement("a");
  link.tabIndex = -1;
  const label = document.createTextNode("");
  link.append(label);
  const count = document.createElement("span");
  count.className = css.groupCount ?? "";
  const models = makeModels();
  const star = makeStar();
  const element = wrap(toggle, swatch, dot, models, link, count, star);
  element.classList.add(css.name ?? "");
  return {
    element,
    show(index) {
      const row = source.rows[index] ?? NO_ROW;
      const { run, group, level, isExpanded } = row;
      const isGroup = run < 0 && group >= 0;
      const id = source.table.id(run);
      const name = nameOf(source, row);
      swatch.style.background = (isGroup ? source.groupColors[group] : source.colors.get(id)) ?? "transparent";
      if (label.data !== name) label.data = name;
      link.title = name;
      if (isGroup) link.removeAttribute("href");
      else link.href = hrefOf(`/runs/${id}`);
      element.classList.toggle(css.group ?? "", isGroup);
      element.classList.toggle(css.dim ?? "", run >= source.table.own);
      const isStarred = !isGroup && source.table.text(STARRED, run) === "true";
      if (star.hidden !== isGroup) star.hidden = isGroup;
      if (star.ariaPressed !== String(isStarred)) star.ariaPressed = String(isStarred);
      star.setAttribute("aria-label", `Star ${name}`);
      const logged = isGroup ? 0 : (source.table.number(MODELS, run) ?? 0);
      if (models.hidden !== (logged === 0)) models.hidden = logged === 0;
      if (logged > 0) {
        models.ariaLabel = models.title = plural(logged, "logged model");
      }
      dot.hidden = isGroup || source.hasStatus;
      if (!dot.hidden) {
        const word = source.table.text("attributes.status", run) ?? "";
        dot.dataset["tone"] = TONES[word] ?? "none";
        dot.ariaLabel = dot.title = word.toLowerCase();
      }
      const size = isGroup ? String(source.grouping?.answer.groups[group]?.runs ?? "") : "";
      if (count.textContent !== size) count.textContent = size;
      toggle.hidden = !source.hasTree;
      if (!source.hasTree) return;
      toggle.style.marginLeft = `${(level - 1) * INDENT}px`;
      toggle.disabled = isExpanded === null;
      toggle.textContent = isExpanded === null ? "" : isExpanded ? "▾" : "▸";
      const of = isGroup ? "runs" : "children";
      toggle.setAttribute("aria-label", isExpanded ? `Hide the ${of} of ${name}` : `Show the ${of} of ${name}`);
    },
  };
}

/** Make the sign of a run that logged models. */
function makeModels(): HTMLElement {
  const sign = document.createElement("span");
  sign.hidden = true;
  sign.role = "img";
  sign.ariaLabel = "models";
  sign.className = css.models ?? "";
  sign.append(makeIcon("models"));
  return sign;
}

function makeStar(): HTMLButtonElement {
  const star = document.createElement("button");
  star.type = "button";
  star.tabIndex = -1;
  star.className = css.star ?? "";
  star.dataset["star"] = "";
  star.title = "Star, for everybody";
  return star;
}

/** Make the cell with the best run of a group. */
export function makeBestCell(source: CellSource): CellView {
  const link = document.createElement("a");
  link.tabIndex = -1;
  const label = document.createTextNode("");
  link.append(label);
  const element = wrap(link);
  element.classList.add(css.name ?? "");
  return {
    element,
    show(index) {
      const { run, group } = source.rows[index] ?? NO_ROW;
      const found = run < 0 ? source.grouping?.answer.groups[group] : undefined;
      const isKnown = found !== undefined && found.best_run_id !== "";
      label.data = isKnown ? `${formatNumber(Number(found.best))} · ${found.best_run_name}` : "";
      link.title = label.data;
      if (isKnown) link.href = hrefOf(`/runs/${found.best_run_id}`);
      else link.removeAttribute("href");
    },
  };
}

/** Make the cell of a column. */
export function makeCell(column: Column, source: CellSource): CellView {
  if (column.id === "attributes.status") return makeStatusCell(source);
  if (column.kind === "metrics") return makeMetricCell(column.id, source);
  const { element, write } = makeText();
  if (column.kind === "attributes") element.classList.add(css.quiet ?? "");
  const text = writerOf(column, source);
  return {
    element,
    show(index) {
      const row = source.rows[index] ?? NO_ROW;
      const written = row.run >= 0 ? text(row.run) : writeSum(source, column.id, row.group);
      write(written.text, written.title);
    },
  };
}

interface Written {
  readonly text: string;
  readonly title: string;
}

const NOTHING: Written = { text: "", title: "" };

function writerOf(column: Column, source: CellSource): (run: number) => Written {
  if (column.id === "attributes.duration") return (run) => writeDuration(source, run);
  if (column.id === MODELS) {
    return (run) => {
      const count = source.table.number(MODELS, run) ?? 0;
      return { text: count > 0 ? String(count) : "", title: plural(count, "logged model") };
    };
  }
  if (column.kind === "attributes" && column.isNumeric) return (run) => writeTime(source, column.id, run);
  const read = (run: number) => source.table.text(column.id, run) ?? "";
  if (column.id === "attributes.experiment_id") {
    return (run) => {
      const text = source.experiments.get(read(run)) ?? read(run);
      return { text, title: text };
    };
  }
  return (run) => {
    const text = read(run);
    return { text, title: text };
  };
}

function makeStatusCell(source: CellSource): CellView {
  const status = statusCell<Row>(({ run, group }) => {
    if (run < 0) {
      const running = source.grouping?.answer.groups[group]?.running ?? 0;
      return { word: running > 0 ? `${running} running` : "", tone: running > 0 ? "run" : "none" };
    }
    const word = source.table.text("attributes.status", run) ?? "";
    return { word: word.toLowerCase(), tone: TONES[word] ?? "" };
  });
  return status((index) => source.rows[index]);
}

function writeDuration({ table, now }: CellSource, run: number): Written {
  const known = table.number("attributes.duration", run);
  const start = table.number("attributes.start_time", run);
  const isRunning = table.text("attributes.status", run) === "RUNNING";
  const ms = isRunning && start !== null ? now - start : known;
  return ms === null ? NOTHING : { text: formatDuration(ms), title: `${ms} ms` };
}

function writeTime({ table, now }: CellSource, column: string, run: number): Written {
  const time = table.number(column, run);
  return time !== null && time > 0 ? { text: formatAgo(time, now), title: formatMoment(time) } : NOTHING;
}

/** Write what a group's runs have in a column: the mean and deviation, or the values that they share. */
function writeSum({ grouping, looks }: CellSource, column: string, group: number): Written {
  const sums = grouping?.answer.columns.find(({ name }) => name === column);
  const mean = sums?.mean[group];
  if (!sums || mean === null || mean === undefined) {
    const shared = grouping?.answer.groups[group]?.values[grouping.by.indexOf(column)] ?? "";
    return { text: shared, title: shared };
  }
  const { format } = looks.get(column) ?? DEFAULT_LOOK;
  const write = (number: number | string | null | undefined) => {
    if (number === null || number === undefined) return "–";
    return column === "attributes.duration" ? formatDuration(Number(number)) : writeNumber(Number(number), format);
  };
  const deviation = sums.std[group];
  const isSpread = deviation !== null && deviation !== undefined && column !== "attributes.duration";
  const spread = isSpread ? ` ± ${Number(deviation).toPrecision(2)}` : "";
  const whole = `mean ${write(mean)} · min ${write(sums.min[group])} · max ${write(sums.max[group])} · deviation ${write(deviation)} · ${plural(sums.count[group] ?? 0, "run")}`;
  return { text: `${write(mean)}${spread}`, title: whole };
}

function makeMetricCell(column: string, source: CellSource): CellView {
  const { element, write } = makeText();
  element.classList.add(css.metric ?? "");
  return {
    element,
    show(index) {
      const row = source.rows[index] ?? NO_ROW;
      const { mark, format } = source.looks.get(column) ?? DEFAULT_LOOK;
      const value = row.run >= 0 ? source.table.number(column, row.run) : null;
      const range = source.table.range(column);
      if (row.run < 0) {
        const sum = writeSum(source, column, row.group);
        write(sum.text, sum.title);
      } else write(value === null ? "" : writeNumber(value, format), value === null ? "" : String(value));
      element.classList.toggle(css.best ?? "", range !== null && value === range.best && row.run < source.table.own);
      const isMarked = range !== null && value !== null && Number.isFinite(value) && mark !== "plain";
      const share = isMarked ? (value - range.min) / (range.max - range.min) : 0;
      const step = String(Math.round(Math.max(0, Math.min(1, share)) * BAR_STEPS));
      const isHeat = mark === "heat" && isMarked;
      const name = isHeat ? "heat" : "bar";
      if (element.dataset["mark"] !== name) element.dataset["mark"] = name;
      if (element.dataset["bar"] !== step) element.dataset["bar"] = step;
    },
  };
}
