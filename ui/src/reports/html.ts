/** A report as one HTML file that needs no server: text, tables, charts as SVG and pictures, as they are now. */

import { addressOf } from "../artifacts/artifacts-api";
import { DEFAULT_VIEW } from "../charts/view";
import { serverUrl } from "../home/snippets";
import { formatCount, formatMoment, plural } from "../lib/format";
import { escapeXml } from "../plots/svg";
import { renderMarkdown } from "../preview/markdown";
import { describeColumn } from "../runs/columns";
import { RunTable } from "../runs/table";
import { chartRunsOf } from "./chart-runs";
import { writeViewCharts } from "./html-charts";
import { drawLines, runLink, writeLegend } from "./html-lines";
import { writePicture } from "./html-pictures";
import type { Block, ChartBlock, ImageBlock, RunsBlock, ViewBlock } from "./report";
import { listKeys, queryRuns, readSavedView } from "./reports-api";
import { cellOf } from "./runs-block";
import { describeView } from "./saved-view";

const STYLE = `
body{max-width:860px;margin:32px auto;padding:0 20px;font:14px/1.5 system-ui,sans-serif;color:#14181d;background:#fff}
h1{font-size:24px}h2{font-size:18px}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:4px 16px 4px 0;border-bottom:1px solid #e3e6ea;text-align:left;white-space:nowrap}thead th{color:#4c5562;font-weight:600}
td.number,th.number{text-align:right}figure{margin:24px 0}figure>div{overflow-x:auto}figcaption,.about{color:#4c5562;font-size:12px}
img,svg{max-width:100%;height:auto}.images img{display:block;max-width:160px;margin-bottom:4px}small{color:#4c5562}pre{overflow-x:auto;padding:8px;background:#f7f8fa}a{color:#2851c8}
.run{display:inline-block;margin-right:12px}.run i{display:inline-block;width:10px;height:10px;margin-right:5px;border-radius:2px}`;

const attribute = (text: string): string => escapeXml(text);
function describeQuery({ filter }: RunsBlock | ChartBlock, shown: number, matched: number): string {
  const count = shown < matched ? `${shown} of ${formatCount(matched)} runs` : plural(matched, "run");
  return `${count}${filter ? ` where <code>${escapeXml(filter)}</code>` : ""}`;
}

async function writeRuns(block: RunsBlock, signal: AbortSignal): Promise<string> {
  if (!block.experimentId) return "";
  const answer = await queryRuns(block, signal);
  const table = new RunTable(answer);
  const isNumber = (column: string) => Array.from({ length: table.count }, (_, run) => run).some((run) => table.number(column, run) !== null);
  const kinds = block.columns.map((column) => (isNumber(column) ? ' class="number"' : ""));
  const head = block.columns.map((column, index) => `<th scope="col"${kinds[index]}>${escapeXml(describeColumn(column).title)}</th>`);
  const rows = Array.from({ length: table.count }, (_, run) => {
    const cells = block.columns.map((column, index) => `<td${kinds[index]}>${escapeXml(cellOf(table, column, run))}</td>`);
    return `<tr><th scope="row">${runLink(table.id(run), table.name(run))}</th>${cells.join("")}</tr>`;
  });
  return `<figure><div><table><thead><tr><th scope="col">Run</th>${head.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>
<figcaption>${describeQuery(block, table.count, answer.matched)}</figcaption></figure>`;
}

async function writeCharts(block: ChartBlock, signal: AbortSignal): Promise<string> {
  if (!block.experimentId || block.keys.length === 0) return "";
  const answer = await queryRuns({ ...block, columns: ["attributes.start_time"] }, signal);
  const runs = chartRunsOf(answer);
  const pictures = await drawLines(runs, block.keys, DEFAULT_VIEW, signal);
  return `<figure>${pictures.join("\n")}<figcaption>${writeLegend(runs)}${describeQuery(block, runs.length, answer.matched)}</figcaption></figure>`;
}

async function writeView(block: ViewBlock, signal: AbortSignal): Promise<string> {
  if (!block.viewId || !block.experimentId) return "";
  const [view, { keys }] = await Promise.all([readSavedView(block.viewId, signal), listKeys(block.experimentId, signal)]);
  const saved = describeView(view, block, keys);
  const page = `${serverUrl()}/experiments/${block.experimentId}/runs?view=${block.viewId}`;
  const [rows, charts] = await Promise.all([writeRuns(saved.table, signal), writeViewCharts(saved, signal)]);
  return `<p><a href="${attribute(page)}">${escapeXml(view.name)}</a></p>${rows}${charts}`;
}

async function writeImage({ runId, path, caption }: ImageBlock, signal: AbortSignal): Promise<string> {
  if (!runId || !path) return "";
  const address = addressOf(runId, path);
  const picture = await writePicture(address, caption || path, signal);
  return `<figure>${picture}<figcaption><a href="${attribute(address)}">${escapeXml(caption || path)}</a></figcaption></figure>`;
}

function writeBlock(block: Block, signal: AbortSignal): Promise<string> {
  switch (block.type) {
    case "markdown":
      return renderMarkdown(block.text);
    case "runs":
      return writeRuns(block, signal);
    case "chart":
      return writeCharts(block, signal);
    case "view":
      return writeView(block, signal);
    case "image":
      return writeImage(block, signal);
  }
}

/** Return the whole report as a page that loads nothing and runs no script. */
export async function writeHtml(name: string, address: string, blocks: readonly Block[], signal: AbortSignal): Promise<string> {
  const parts = await Promise.all(
    blocks.map((block) =>
      // A block that cannot be read says so in its place; the others are still worth having.
      writeBlock(block, signal).catch((failure: unknown) => `<p><b>This part could not be read:</b> ${escapeXml(failure instanceof Error ? failure.message : String(failure))}</p>`),
    ),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeXml(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeXml(name)}</h1>
<p class="about">As it was on ${escapeXml(formatMoment(Date.now()))}; <a href="${attribute(address)}">the report as it is now</a>.</p>
${parts.filter(Boolean).join("\n")}
</body>
</html>
`;
}
