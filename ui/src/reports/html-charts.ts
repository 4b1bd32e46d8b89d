/** The charts of a saved view as SVG. */

import { callNative } from "../api/client";
import type { CompareRunsResponse } from "../api/schema";
import { escapeXml } from "../plots/svg";
import { makeFrame, pickRuns } from "../plots/frame";
import { columnsOf, type PlotSpec, titleOfSpec } from "../plots/spec";
import { chartRunsOf } from "./chart-runs";
import { resolveLight } from "./light";
import type { RunsBlock } from "./report";
import { queryRuns } from "./reports-api";

const WIDTH = 820;
const HEIGHT = 300;
const CHARTED = 1000;

/** Draw the charts that are made of values of runs; the others are named. */
export async function writeViewCharts(table: RunsBlock, specs: readonly PlotSpec[], signal: AbortSignal): Promise<string> {
  if (specs.length === 0) return "";
  const answer = await queryRuns({ ...table, limit: CHARTED, columns: ["attributes.start_time"] }, signal);
  const columns = [...new Set(specs.flatMap(columnsOf))];
  if (columns.length === 0 || answer.run_ids.length === 0) return "";
  const [{ table: values }, { drawFigure, sceneToSvg }] = await Promise.all([
    callNative<CompareRunsResponse>("runs/compare", { run_ids: answer.run_ids, columns, details: false }, signal),
    import("../plots/figures"),
  ]);
  const frame = makeFrame(values);
  const runs = chartRunsOf(answer).slice(0, table.limit);
  const looks = new Map(runs.map((run) => [run.runId, run]));
  return specs
    .map((spec) => {
      const title = titleOfSpec(spec);
      if (columnsOf(spec).length === 0) return spec.kind === "note" ? `<p>${escapeXml(spec.text)}</p>` : `<p>${escapeXml(title)}: to be seen in the view itself.</p>`;
      const isDrawnOnly = spec.kind === "bar" || spec.kind === "difference";
      const shown = isDrawnOnly ? pickRuns(frame, runs.map(({ runId }) => runId)) : frame;
      const figure = drawFigure({ spec, frame: shown, runs: isDrawnOnly ? looks : new Map(), width: WIDTH, height: HEIGHT, mode: "light" });
      if ("reason" in figure) return `<p>${escapeXml(title)}: ${escapeXml(figure.reason)}</p>`;
      const note = figure.note ? `<figcaption>${escapeXml(figure.note)}</figcaption>` : "";
      return `<figure>${sceneToSvg(title, figure.scene, resolveLight)}${note}</figure>`;
    })
    .join("\n");
}
