/** The charts of a saved view as SVG. */

import { callNative } from "../api/client";
import type { CompareRunsResponse, MeasureImportanceResponse } from "../api/schema";
import type { Figure, Refusal } from "../plots/figure";
import { makeFrame, pickRuns } from "../plots/frame";
import { columnsOf, type PlotSpec, titleOfSpec } from "../plots/spec";
import { escapeXml } from "../plots/svg";
import { renderMarkdown } from "../preview/markdown";
import { chartRunsOf } from "./chart-runs";
import { resolveLight } from "./light";
import type { RunsBlock } from "./report";
import { queryRuns } from "./reports-api";

const WIDTH = 820;
const HEIGHT = 300;
const CHARTED = 1000;

/** Draw the charts of values of runs, and measures of importance; what else there is, is named. */
export async function writeViewCharts(table: RunsBlock, specs: readonly PlotSpec[], signal: AbortSignal): Promise<string> {
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
    if (columnsOf(spec).length === 0) return { reason: "to be seen in the view itself." };
    const isOfDrawn = spec.kind === "bar" || spec.kind === "difference";
    const shown = isOfDrawn ? pickRuns(frame, drawn.map(({ runId }) => runId)) : frame;
    const runs = new Map(isOfDrawn ? drawn.map((run) => [run.runId, run]) : []);
    return figures.drawFigure({ spec, frame: shown, runs, width: WIDTH, height: HEIGHT, mode: "light" });
  };
  const parts = specs.map(async (spec) => {
    if (spec.kind === "note") return renderMarkdown(spec.text);
    const [title, figure] = [titleOfSpec(spec), await draw(spec)];
    if ("reason" in figure) return `<p>${escapeXml(title)}: ${escapeXml(figure.reason)}</p>`;
    const note = figure.note ? `<figcaption>${escapeXml(figure.note)}</figcaption>` : "";
    return `<figure>${figures.sceneToSvg(title, figure.scene, resolveLight)}${note}</figure>`;
  });
  return (await Promise.all(parts)).join("\n");
}
