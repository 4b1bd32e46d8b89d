/** What is best of an experiment's main metric. */

import type { Extreme, HomeExperiment } from "../api/schema";
import { isLessBetter } from "../runs/columns";

export interface Best {
  readonly extreme: Extreme;
  readonly word: "lowest" | "highest";
}

/** Return the best value; the direction is guessed from the name if nobody has said it. */
export function findBest(experiment: HomeExperiment): Best | null {
  const isLess = experiment.direction ? experiment.direction === "min" : isLessBetter(experiment.metric);
  const extreme = isLess ? experiment.least : experiment.greatest;
  return extreme ? { extreme, word: isLess ? "lowest" : "highest" } : null;
}
