/** A report as Markdown: text as it is, tables with what the runs say now, charts and images as links. */

import { addressOf } from "../artifacts/artifacts-api";
import { serverUrl } from "../home/snippets";
import { describeColumn } from "../runs/columns";
import { RunTable } from "../runs/table";
import type { Block, ChartBlock, RunsBlock, ViewBlock } from "./report";
import { queryRuns } from "./reports-api";
import { cellOf } from "./runs-block";

const escape = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
const rowOf = (cells: readonly string[]): string => `| ${cells.map(escape).join(" | ")} |`;

/** Write rows as a table; the first is the heading. */
export function writeTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [rowOf(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(rowOf)].join("\n");
}

async function writeRuns(block: RunsBlock, signal: AbortSignal): Promise<string> {
  if (!block.experimentId) return "";
  const table = new RunTable(await queryRuns(block, signal));
  const head = ["run", ...block.columns.map((column) => describeColumn(column).title)];
  const rows = Array.from({ length: table.count }, (_, run) => [
    `[${table.name(run)}](${serverUrl()}/runs/${table.id(run)})`,
    ...block.columns.map((column) => cellOf(table, column, run)),
  ]);
  return writeTable([head, ...rows]);
}

function writeCharts({ keys, experimentId, filter }: ChartBlock): string {
  if (!experimentId || keys.length === 0) return "";
  const question = filter ? `?${new URLSearchParams({ q: filter })}` : "";
  return `[Charts of ${keys.join(", ")}](${serverUrl()}/experiments/${experimentId}/runs${question})`;
}

function writeView({ viewId, experimentId }: ViewBlock): string {
  return viewId && experimentId ? `[A view of runs](${serverUrl()}/experiments/${experimentId}/runs?view=${viewId})` : "";
}

/** Return the whole report; asks the server for the tables. */
export async function writeMarkdown(name: string, blocks: readonly Block[], signal: AbortSignal): Promise<string> {
  const parts = await Promise.all(
    blocks.map((block) => {
      switch (block.type) {
        case "markdown":
          return block.text.trim();
        case "runs":
          return writeRuns(block, signal);
        case "chart":
          return writeCharts(block);
        case "view":
          return writeView(block);
        case "image":
          return block.path ? `![${block.caption || block.path}](${addressOf(block.runId, block.path)})` : "";
      }
    }),
  );
  return `${[`# ${name}`, ...parts.filter(Boolean)].join("\n\n")}\n`;
}
