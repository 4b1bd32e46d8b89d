import { useEffect } from "preact/hooks";
import { listFolder } from "../artifacts/artifacts-api";
import { refresh, useQuery } from "../api/use-query";
import { useChanges } from "../lib/live";
import { usePaced } from "../lib/paced";
import type { RunDetails } from "../run/model";
import { getRun } from "../run/run-api";
import { readJsonArtifact } from "./artifact";

const EVERY_MS = 5000;
const PAUSE_MS = 1000;

export interface Followed {
  readonly run: RunDetails;
  /** What each of the files holds, null for one that is not there. */
  readonly files: readonly unknown[];
}

/** Read a run with some JSON artifacts of one of its folders, again whenever it changes and every five seconds while it runs. */
export function useFollowed(runId: string, paths: readonly string[]) {
  const folder = paths[0]?.split("/")[0] ?? "";
  const followed = useQuery<Followed>({
    key: ["followed", runId],
    ask: async (signal) => {
      const [run, there] = await Promise.all([getRun(runId, signal), listFolder(runId, folder, signal)]);
      const isThere = (path: string) => there.some((entry) => entry.path === path);
      const files = await Promise.all(paths.map((path) => (isThere(path) ? readJsonArtifact(runId, path, signal) : null)));
      return { run, files };
    },
  });
  const isLive = followed.data?.run.status === "RUNNING";
  const readAgain = usePaced(() => refresh("followed", runId), PAUSE_MS);
  useChanges({ runIds: [runId] }, readAgain);
  useEffect(() => {
    if (!isLive) return undefined;
    const timer = setInterval(readAgain, EVERY_MS);
    return () => clearInterval(timer);
  }, [isLive, runId]);
  return followed;
}
