/** The runs of an answer as charts draw them, coloured in their order. */

import type { QueryRunsResponse } from "../api/schema";
import type { ChartRun } from "../charts/lines";
import { styleOf } from "../lib/run-colors";

/** The first column of the answer says when each run began. */
export function chartRunsOf(answer: QueryRunsResponse): ChartRun[] {
  const starts = answer.columns[0]?.numbers ?? [];
  return answer.run_ids.map((runId, index) => ({
    runId,
    name: answer.run_names[index] || runId.slice(0, 8),
    ...styleOf(index),
    startTime: Number(starts[index] ?? 0),
  }));
}
