/** Metrics of runs as SVG. */

import { askSeries } from "../charts/ask";
import { findExtent, prepareLines, type ChartRun } from "../charts/lines";
import { makeRequest } from "../charts/request";
import { decodeSeries } from "../charts/series";
import { limitOf, type ChartView } from "../charts/view";
import { serverUrl } from "../home/snippets";
import { escapeXml } from "../plots/svg";
import { resolveLight } from "./light";

const WIDTH = 820;
const HEIGHT = 280;

/** Return a link to the page of a run. */
export const runLink = (runId: string, name: string): string => `<a href="${escapeXml(`${serverUrl()}/runs/${runId}`)}">${escapeXml(name)}</a>`;

/** Say which line is whose. */
export const writeLegend = (runs: readonly ChartRun[]): string =>
  runs.map(({ runId, name, color }) => `<span class="run"><i style="background:${resolveLight(color)}"></i>${runLink(runId, name)}</span>`).join("");

/** Draw each of the metrics as lines of these runs. */
export async function drawLines(runs: readonly ChartRun[], keys: readonly string[], view: ChartView, signal: AbortSignal): Promise<string[]> {
  const { lineSvg } = await import("../plots/line-scene");
  const series = runs.length > 0 ? decodeSeries(await askSeries({ ...makeRequest(runs, view, WIDTH), keys }, signal)) : [];
  return keys.map((key) => {
    const found = new Map(series.filter((one) => one.key === key).map((one) => [one.runId, one]));
    const lines = prepareLines(runs, found, view);
    if (lines.length === 0) return `<p>${escapeXml(key)}: no points</p>`;
    const logY = view.logY.includes(key);
    const extent = findExtent(lines, view.range, { logX: view.logX, logY }, limitOf(view, key));
    return lineSvg(key, { lines, extent, view, logY, width: WIDTH, height: HEIGHT }, resolveLight);
  });
}
