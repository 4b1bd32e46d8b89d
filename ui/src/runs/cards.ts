/** A run as a card, for narrow screens: its name, status and three metrics. */

import type { CellView } from "../grid/pooled-grid";
import { wrap } from "../grid/text-cell";
import { formatAgo, formatNumber } from "../lib/format";
import { type CellSource, makeNameCell } from "./cells";
import { describeColumn } from "./columns";
import css from "./runs.module.css";

const METRICS = 3;
const TONES: Readonly<Record<string, string>> = { FINISHED: "ok", RUNNING: "run", FAILED: "bad", KILLED: "warn", LOST: "warn" };

/** Make the cell that holds a card. */
export function makeCard(source: CellSource, columns: readonly string[]): CellView {
  const metrics = columns.map(describeColumn).filter(({ kind }) => kind === "metrics").slice(0, METRICS);
  const name = makeNameCell(source);
  const dot = document.createElement("span");
  dot.className = "dot";
  const status = document.createElement("span");
  const state = wrap(dot, status);
  state.className = css.cardState ?? "";
  const values = document.createElement("div");
  values.className = css.cardValues ?? "";
  const element = wrap(name.element, state, values);
  element.classList.add(css.card ?? "");
  return {
    element,
    show(index) {
      name.show(index);
      const row = source.rows[index] ?? { run: -1, group: -1, level: 1, isExpanded: null };
      const { table, now } = source;
      const word = table.text("attributes.status", row.run) ?? "";
      const start = table.number("attributes.start_time", row.run);
      dot.dataset["tone"] = TONES[word] ?? "none";
      status.textContent = row.run < 0 ? "" : `${word.toLowerCase()} · ${start ? formatAgo(start, now) : ""}`;
      const numbers = metrics.map(({ id, title }) => {
        const sums = source.grouping?.answer.columns.find((column) => column.name === id);
        const value = row.run < 0 ? (sums?.mean[row.group] ?? null) : table.number(id, row.run);
        return value === null ? "" : `${title} ${formatNumber(Number(value))}`;
      });
      values.textContent = numbers.filter((text) => text !== "").join("   ");
    },
  };
}
