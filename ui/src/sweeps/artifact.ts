/** Files that a sweep or a workflow keeps with its run. */

import { ApiError, reach } from "../api/client";

/** Read a JSON artifact; null if the run does not have it, or not yet. */
export async function readJsonArtifact(runId: string, path: string, signal: AbortSignal): Promise<unknown> {
  const question = new URLSearchParams({ run_id: runId, path });
  try {
    const response = await reach(`get-artifact?${question}`, { signal });
    return parse(await response.text());
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Parse JSON in which numbers may be spelled `NaN` or `Infinity`, as Python writes them. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.replace(/([:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g, "$1null"));
  }
}
