/** What of a run can be registered as a version. */

import type { LoggedModel } from "../api/schema";
import { readFields, readList, readText } from "../lib/read";
import type { RunDetails } from "./model";

/** The tag in which clients before MLflow 3 note which artifacts of a run are models. */
export const HISTORY_TAG = "mlflow.log-model.history";

export interface ModelSource {
  readonly uri: string;
  readonly label: string;
  /** Of a logged model; empty for a folder of the run's artifacts. */
  readonly modelId: string;
}

/** List the logged models of a run, then the folders that its tag names. */
export function listSources({ runId, tags }: Pick<RunDetails, "runId" | "tags">, logged: readonly LoggedModel[]): ModelSource[] {
  const models = logged
    .filter(({ info }) => info.status === "LOGGED_MODEL_READY")
    .map(({ info }) => ({ uri: `models:/${info.model_id}`, label: `${info.name} (${info.model_id})`, modelId: info.model_id }));
  const paths = new Set(readHistory(tags.get(HISTORY_TAG) ?? ""));
  return [...models, ...[...paths].map((path) => ({ uri: `runs:/${runId}/${path}`, label: `artifacts: ${path}`, modelId: "" }))];
}

function readHistory(text: string): string[] {
  try {
    const entries: unknown = JSON.parse(text);
    return readList(entries)
      .map((entry) => readText(readFields(entry)["artifact_path"]))
      .filter((path) => path !== "");
  } catch {
    return [];
  }
}
