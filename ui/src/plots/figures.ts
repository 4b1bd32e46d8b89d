/** The charts of runs by kind; loaded when the first one is shown. */

import { drawBars, drawDifferences } from "./bar";
import { drawBoxes } from "./box";
import { drawContour } from "./contour";
import type { Figure, FigureInput, Refusal } from "./figure";
import { drawParallel } from "./parallel";
import { drawScatter } from "./scatter";

export { drawImportance } from "./importance";
export { brushBetween, layOut, type ParallelLayout } from "./parallel";
export { Painter, paintWhole } from "./paint";
export { sceneToSvg } from "./svg";

/** Draw a chart of runs, or say why it cannot be drawn. */
export function drawFigure(input: FigureInput): Figure | Refusal {
  switch (input.spec.kind) {
    case "bar":
      return drawBars(input);
    case "difference":
      return drawDifferences(input);
    case "scatter":
      return drawScatter(input);
    case "parallel":
      return drawParallel(input);
    case "box":
      return drawBoxes(input);
    case "contour":
      return drawContour(input);
    default:
      return { reason: `A chart of the kind “${input.spec.kind}” is not drawn from runs.` };
  }
}
