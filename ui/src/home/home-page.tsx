import { callNative } from "../api/client";
import type { HomeResponse } from "../api/schema";
import { refresh, useQuery } from "../api/use-query";
import { useChanges } from "../lib/live";
import { usePaced } from "../lib/paced";
import { useChrome } from "../shell/chrome";
import { Failure } from "../shell/notice";
import { AttentionCard } from "./attention-card";
import { ExperimentsCard } from "./experiments-card";
import { FirstSteps } from "./first-steps";
import css from "./home.module.css";
import { ModelsCard } from "./models-card";
import { RecentRuns, RunningNow } from "./run-cards";

const EVERY_MS = 30_000;
const PAUSE_MS = 2000;

/** What goes on here, in one request. */
export function HomePage() {
  useChrome("", [{ text: "Home" }]);
  const home = useQuery<HomeResponse>({
    key: ["home"],
    ask: (signal) => callNative("home/read", {}, signal),
    everyMs: EVERY_MS,
  });
  useChanges({}, usePaced(() => refresh("home"), PAUSE_MS));
  const found = home.data;
  const isEmpty = found !== undefined && found.recent.length === 0 && found.aliases.length === 0 && found.experiments.length <= 1;
  return (
    <div class={css.page} aria-busy={!found && !home.error}>
      <h1 tabIndex={-1}>Home</h1>
      {home.error && <Failure error={home.error} onRetry={() => void home.refetch()} isSlim={found !== undefined} />}
      {!found && !home.error && <Skeleton />}
      {isEmpty && <FirstSteps />}
      {found && !isEmpty && (
        <div class={css.columns}>
          <div class={css.column}>
            <RunningNow running={found.running} total={found.running_total} />
            <RecentRuns runs={found.recent} />
            <ExperimentsCard experiments={found.experiments} hasSamples={found.has_samples ?? false} />
          </div>
          <div class={css.column}>
            <AttentionCard home={found} />
            <ModelsCard aliases={found.aliases} />
          </div>
        </div>
      )}
    </div>
  );
}

function Skeleton() {
  return (
    <div class={css.skeleton}>
      <span class="visually-hidden">The page is being read</span>
      <div />
      <div />
    </div>
  );
}
