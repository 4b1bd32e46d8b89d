/** What a chart shows, as text to keep: CSV and a sentence. */

import type { Line } from "./lines";

const quote = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Write one row per point or bucket: run, x, last, min and max as they were logged. */
export function linesToCsv(key: string, lines: readonly Line[], xName: string): string {
  const rows = [["run_id", "run_name", "metric", xName, "value", "min", "max"].join(",")];
  for (const { run, series, x } of lines) {
    const head = [run.runId, run.name, key].map(quote).join(",");
    for (let i = 0; i < x.length; i++) {
      rows.push(`${head},${x[i] ?? ""},${series.last[i] ?? ""},${series.low[i] ?? ""},${series.high[i] ?? ""}`);
    }
  }
  return `${rows.join("\n")}\n`;
}
