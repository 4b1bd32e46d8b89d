/** The charts of a saved view as SVG. */

import { callNative } from "../api/client";
import type { CompareRunsResponse, MeasureImportanceResponse } from "../api/schema";
import type { ChartRun } from "../charts/lines";
import { type ChartView, readAxis, readView } from "../charts/view";
import type { Figure, Refusal } from "../plots/figure";
import { makeFrame, pickRuns } from "../plots/frame";
import { columnsOf, type PlotSpec, titleOfSpec } from "../plots/spec";
import { escapeXml } from "../plots/svg";
import { renderMarkdown } from "../preview/markdown";
import { chartRunsOf } from "./chart-runs";
import { drawLines, writeLegend } from "./html-lines";
import { writeImages } from "./html-pictures";
import { resolveLight } from "./light";
import { queryRuns } from "./reports-api";
import type { SavedView } from "./saved-view";

const WIDTH = 820;
const HEIGHT = 300;
const CHARTED = 1000;

/** Draw the charts that were added to a saved view. */
export async function writeViewCharts({ table, specs, parameters }: SavedView, signal: AbortSignal): Promise<string> {
  if (specs.length === 0) return "";
  const answer = await queryRuns({ ...table, limit: CHARTED, columns: ["attributes.start_time"] }, signal);
  if (answer.run_ids.length === 0) return "";
  const columns = [...new Set(["attributes.start_time", ...specs.flatMap(columnsOf)])];
  const [{ table: values }, figures] = await Promise.all([
    callNative<CompareRunsResponse>("runs/compare", { run_ids: answer.run_ids, columns, details: false }, signal),
    import("../plots/figures"),
  ]);
  const frame = makeFrame(values);
  const drawn = chartRunsOf(answer).slice(0, table.limit);
  const draw = async (spec: PlotSpec): Promise<Figure | Refusal> => {
    if (spec.kind === "importance") {
      const found = await callNative<MeasureImportanceResponse>("runs/importance", { run_ids: answer.run_ids, metric: spec.y }, signal);
      return figures.drawImportance(spec.y, found, WIDTH, HEIGHT);
    }
    const isOfDrawn = spec.kind === "bar" || spec.kind === "difference";
    const shown = isOfDrawn ? pickRuns(frame, drawn.map(({ runId }) => runId)) : frame;
    const runs = new Map(isOfDrawn ? drawn.map((run) => [run.runId, run]) : []);
    return figures.drawFigure({ spec, frame: shown, runs, width: WIDTH, height: HEIGHT, mode: "light" });
  };
  const view = readView(parameters);
  const parts = specs.map(async (spec) => {
    if (spec.kind === "note") return renderMarkdown(spec.text);
    if (spec.kind === "images") return writeImages(spec, drawn, signal);
    if (spec.kind === "line") return writeLine(spec, drawn, view, signal);
    const [title, figure] = [titleOfSpec(spec), await draw(spec)];
    if ("reason" in figure) return `<p>${escapeXml(title)}: ${escapeXml(figure.reason)}</p>`;
    const note = figure.note ? `<figcaption>${escapeXml(figure.note)}</figcaption>` : "";
    return `<figure>${figures.sceneToSvg(title, figure.scene, resolveLight)}${note}</figure>`;
  });
  return (await Promise.all(parts)).join("\n");
}

async function writeLine(spec: PlotSpec, runs: readonly ChartRun[], view: ChartView, signal: AbortSignal): Promise<string> {
  const axis = spec.x ? readAxis(spec.x) : view;
  const isShared = axis.x === view.x && axis.xKey === view.xKey;
  const [picture = ""] = await drawLines(runs, [spec.y], { ...view, x: axis.x, xKey: axis.xKey, range: isShared ? view.range : null }, signal);
  return `<figure>${picture}<figcaption>${writeLegend(runs)}${escapeXml(titleOfSpec(spec))}</figcaption></figure>`;
}
