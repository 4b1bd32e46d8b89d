/** The table as a file, and as code that reads the same. */

import { describeColumn } from "./columns";
import type { RunTable } from "./table";

export interface Exported {
  readonly table: RunTable;
  /** The runs to write, in order. */
  readonly runs: readonly number[];
  readonly columns: readonly string[];
}

function valueOf(table: RunTable, column: string, run: number): number | string | null {
  return describeColumn(column).isNumeric ? table.number(column, run) : table.text(column, run);
}

/** Write the runs as CSV; what a spreadsheet would take for a formula is marked as text. */
export function toCsv({ table, runs, columns }: Exported): string {
  const lines = [["run_id", "run_name", ...columns]];
  for (const run of runs) {
    const values = columns.map((column) => valueOf(table, column, run));
    lines.push([table.id(run), quoteFormula(table.name(run)), ...values.map(writeValue)]);
  }
  return lines.map((line) => `${line.map(quote).join(",")}\r\n`).join("");
}

/** Write the runs as JSON, one object each; NaN and infinities as texts. */
export function toJson({ table, runs, columns }: Exported): string {
  const objects = runs.map((run) => ({
    run_id: table.id(run),
    run_name: table.name(run),
    ...Object.fromEntries(columns.map((column) => [column, finite(valueOf(table, column, run))])),
  }));
  return JSON.stringify(objects, null, 1);
}

/** Write the runs as a table in Markdown. */
export function toMarkdown({ table, runs, columns }: Exported): string {
  const titles = ["Run", ...columns.map((column) => describeColumn(column).title)];
  const isNumeric = [false, ...columns.map((column) => describeColumn(column).isNumeric)];
  const rows = runs.map((run) => [table.name(run), ...columns.map((column) => writeMarkdown(table, column, run))]);
  const lines = [titles, isNumeric.map((numeric) => (numeric ? "--:" : "---")), ...rows.map((row) => row.map(escapeCell))];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Write the runs as Parquet. */
export async function toParquet({ table, runs, columns }: Exported): Promise<ArrayBuffer> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  return parquetWriteBuffer({
    columnData: [
      { name: "run_id", data: runs.map((run) => table.id(run)), type: "STRING" },
      { name: "run_name", data: runs.map((run) => table.name(run)), type: "STRING" },
      ...columns.map((name) => {
        const data = runs.map((run) => valueOf(table, name, run));
        return { name, data, type: describeColumn(name).isNumeric ? ("DOUBLE" as const) : ("STRING" as const), nullable: true };
      }),
    ],
  });
}

export interface Search {
  readonly server: string;
  readonly experimentIds: readonly string[];
  readonly filter: string;
  readonly order: readonly string[];
  readonly isArchive: boolean;
}

/** Write Python code that reads the runs that match into a data frame. */
export function toPython({ server, experimentIds, filter, order, isArchive }: Search): string {
  // A search cannot order by a statistic of all points, the table can.
  const isKnown = (clause: string) => !/^\w+:/.test(clause);
  const known = order.filter(isKnown);
  const given = [
    `    experiment_ids=${writePython(experimentIds)},`,
    ...(filter ? [`    filter_string=${JSON.stringify(filter)},`] : []),
    ...(known.length > 0 ? [`    order_by=${writePython(known)},`] : []),
    ...(isArchive ? ["    run_view_type=hw.ViewType.DELETED_ONLY,"] : []),
  ];
  return ["import headwater as hw", "", `hw.set_tracking_uri(${JSON.stringify(server)})`, "runs = hw.search_runs(", ...given, ")", ...order.filter((clause) => !isKnown(clause)).map((clause) => `# The table is ordered by ${clause.replaceAll("\n", " ")}, a search cannot be.`), ""].join("\n");
}

function writePython(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
}

function writeMarkdown(table: RunTable, column: string, run: number): string {
  const value = valueOf(table, column, run);
  if (typeof value !== "number") return value ?? "";
  const isTime = column === "attributes.start_time" || column === "attributes.end_time";
  return isTime && Number.isFinite(value) ? new Date(value).toISOString() : String(value);
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\r?\n/g, " ");
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
export function saveFile(name: string, type: string, content: string | ArrayBuffer): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
