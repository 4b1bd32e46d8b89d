import { useEffect } from "preact/hooks";
import { refresh, useQuery } from "../api/use-query";
import { useChanges } from "../lib/live";
import type { RunDetails } from "../run/model";
import { getRun } from "../run/run-api";
import { readJsonArtifact } from "./artifact";

const EVERY_MS = 5000;

export interface Followed {
  readonly run: RunDetails;
  /** What each of the files holds, null for one that is not there. */
  readonly files: readonly unknown[];
}

/** Read a run with some of its JSON artifacts, again whenever it changes and every five seconds while it runs. */
export function useFollowed(runId: string, paths: readonly string[]) {
  const followed = useQuery<Followed>({
    key: ["followed", runId],
    ask: async (signal) => {
      const [run, ...files] = await Promise.all([getRun(runId, signal), ...paths.map((path) => readJsonArtifact(runId, path, signal))]);
      return { run, files };
    },
  });
  const isLive = followed.data?.run.status === "RUNNING";
  useChanges({ runIds: [runId] }, () => refresh("followed", runId));
  useEffect(() => {
    if (!isLive) return undefined;
    const timer = setInterval(() => !document.hidden && refresh("followed", runId), EVERY_MS);
    return () => clearInterval(timer);
  }, [isLive, runId]);
  return followed;
}
