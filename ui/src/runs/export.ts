/** The table as a file. */

import { describeColumn } from "./columns";
import type { RunTable } from "./table";

function valueOf(table: RunTable, column: string, run: number): number | string | null {
  return describeColumn(column).isNumeric ? table.number(column, run) : table.text(column, run);
}

/** Write the runs as CSV; what a spreadsheet would take for a formula is marked as text. */
export function toCsv(table: RunTable, columns: readonly string[]): string {
  const lines = [["run_id", "run_name", ...columns]];
  for (let run = 0; run < table.count; run++) {
    const values = columns.map((column) => valueOf(table, column, run));
    lines.push([table.id(run), quoteFormula(table.name(run)), ...values.map(writeValue)]);
  }
  return lines.map((line) => `${line.map(quote).join(",")}\r\n`).join("");
}

/** Write the runs as JSON, one object each; NaN and infinities as texts. */
export function toJson(table: RunTable, columns: readonly string[]): string {
  const runs = Array.from({ length: table.count }, (_, run) => ({
    run_id: table.id(run),
    run_name: table.name(run),
    ...Object.fromEntries(columns.map((column) => [column, finite(valueOf(table, column, run))])),
  }));
  return JSON.stringify(runs, null, 1);
}

function writeValue(value: number | string | null): string {
  if (value === null) return "";
  return typeof value === "number" ? String(value) : quoteFormula(value);
}

function quoteFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function finite(value: number | string | null): number | string | null {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** Give the reader a file. */
export function saveFile(name: string, type: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
