import { useEffect, useMemo } from "preact/hooks";
import { experiments, Subject } from "../access/subject";
import { useQuery } from "../api/use-query";
import { listFolder, ofRun } from "../artifacts/artifacts-api";
import type { Entry } from "../artifacts/tree";
import { COLOR_TAG, colorOfTag } from "../lib/run-colors";
import { navigate, path as page } from "../lib/location";
import { useReady } from "../lib/use-ready";
import css from "../panels/panels.module.css";
import { useChrome } from "../shell/chrome";
import { lazy } from "../shell/lazy";
import { useAlerts } from "./alerts-panel";
import { MissingRun } from "./missing-run";
import { isRunning, isSystemMetric, PARENT_TAG, type RunDetails } from "./model";
import { Overview } from "./overview";
import { baseOf, readPlace, writePlace, type RunPlace } from "./route";
import { RunHeader } from "./run-header";
import { RunTabs } from "./run-tabs";
import { listTabs } from "./tabs";
import { useChartView } from "./use-chart-view";
import { useFamily, type KnownFamily } from "./use-family";
import { useModels, type RunModels } from "./use-models";
import { useRun, type RunState } from "./use-run";

const COLOR = "var(--c1)";
/** The code of the tabs, each loaded when it is first needed. */
const LOADERS = {
  artifacts: () => import("../artifacts/artifact-browser"),
  metrics: () => import("./metrics/run-metrics"),
  logs: () => import("./logs/logs-tab"),
  code: () => import("./code/code-tab"),
  models: () => import("./models-tab"),
  lineage: () => import("./lineage-tab"),
};
const ArtifactBrowser = lazy(() => LOADERS.artifacts().then((module) => module.ArtifactBrowser));
const RunMetrics = lazy(() => LOADERS.metrics().then((module) => module.RunMetrics));
const LogsTab = lazy(() => LOADERS.logs().then((module) => module.LogsTab));
const CodeTab = lazy(() => LOADERS.code().then((module) => module.CodeTab));
const ModelsTab = lazy(() => LOADERS.models().then((module) => module.ModelsTab));
const LineageTab = lazy(() => LOADERS.lineage().then((module) => module.LineageTab));

/** What stands at the top of a run's artifacts; undefined until it is known. */
function useTop({ runId, status }: RunDetails, revision: number): readonly Entry[] | undefined {
  const { data } = useQuery({ key: ["artifacts-top", runId, status], revision, ask: (signal) => listFolder(runId, "", signal) });
  return data;
}

interface Shown {
  readonly run: RunDetails;
  readonly place: RunPlace;
  readonly state: RunState;
}

function TabContent({ run, place, state, family, models }: Shown & { readonly family: KnownFamily; readonly models: RunModels }) {
  const [view, setView] = useChartView();
  const { revision, refresh } = state;
  switch (place.tab) {
    case "overview":
      return <Overview {...{ run, models, revision, refresh }} />;
    case "artifacts":
      return (
        <ArtifactBrowser
          owner={ofRun(run.runId)}
          parentId={run.tags.get(PARENT_TAG) ?? ""}
          path={place.path}
          location={run.artifactUri}
          revision={revision}
          onPath={(path) => navigate(writePlace(baseOf(page.peek()), "artifacts", path))}
        />
      );
    case "metrics":
    case "system":
      return <RunMetrics key={place.tab} {...{ run, view, revision }} isSystem={place.tab === "system"} onView={setView} />;
    case "models":
      return <ModelsTab run={run} models={models} />;
    case "logs":
      return <LogsTab runId={run.runId} isRunning={isRunning(run)} revision={revision} />;
    case "code":
      return <CodeTab run={run} revision={revision} />;
    case "lineage":
      return <LineageTab {...{ run, family, revision }} />;
  }
}

function Loaded({ run, place, state }: Shown) {
  const top = useTop(run, state.revision);
  const family = useFamily(run);
  const models = useModels(run);
  const alerts = useAlerts({ runId: run.runId, isRunning: isRunning(run), revision: state.revision });
  const isReady = useReady(top !== undefined && family.isKnown && models.isKnown && !alerts.isLoading);
  const system = useMemo(() => run.metrics.filter(({ key }) => isSystemMetric(key) && !key.endsWith("}")).length, [run.metrics]);
  const tabs = listTabs({ run, place, top, models, system });
  const name = run.name || run.runId;
  useChrome(name, [
    { text: "Experiments", page: "/experiments" },
    { text: family.experiment || run.experimentId, page: `/experiments/${run.experimentId}/runs` },
    { text: name },
  ]);
  if (!isReady) return <Skeleton runId={run.runId} />;
  return (
    <>
      <RunHeader {...{ run, family, models }} color={colorOfTag(run.tags.get(COLOR_TAG)) ?? COLOR} refresh={state.refresh} />
      <RunTabs items={tabs} current={place.tab} base={baseOf(page.value)} />
      {state.error && (
        <p class={css.banner} role="alert">
          This page may be out of date. {state.error}{" "}
          <button type="button" class="button small quiet" onClick={state.refresh}>
            Retry
          </button>
        </p>
      )}
      <div class={css.content}>
        <TabContent key={run.runId} {...{ run, place, state, family, models }} />
      </div>
    </>
  );
}

export interface RunPageProps {
  readonly runId: string;
  /** What follows the id in the path, such as `artifacts/model/MLmodel`. */
  readonly rest: string;
}

/** The page of one run, at `/runs/<id>` or `/experiments/<id>/runs/<id>`, with its tabs below. */
export function RunPage({ runId, rest }: RunPageProps) {
  const place = readPlace(rest);
  const state = useRun(runId, place.tab === "logs");
  // The code of the tab comes beside the run, not after it.
  const load = place.tab === "overview" ? undefined : LOADERS[place.tab === "system" ? "metrics" : place.tab];
  useEffect(() => void load?.().catch(() => undefined), [load]);
  if (state.run) {
    return (
      <div class={css.page}>
        <Subject things={experiments(state.run.experimentId)}>
          <Loaded run={state.run} place={place} state={state} />
        </Subject>
      </div>
    );
  }
  return (
    <div class={css.page} aria-busy={!state.error}>
      {state.isMissing ? (
        <MissingRun runId={runId} message={state.error} />
      ) : state.error ? (
        <div class={css.missing}>
          <h1 tabIndex={-1}>The run cannot be shown</h1>
          <p role="alert">{state.error}</p>
          <button type="button" class="button small" onClick={state.refresh}>
            Retry
          </button>
        </div>
      ) : (
        <Skeleton runId={runId} />
      )}
    </div>
  );
}

function Skeleton({ runId }: { readonly runId: string }) {
  return (
    <div class={css.skeleton}>
      <h1 class={css.hidden}>Run {runId} is being read</h1>
      <span />
      <span />
      <span />
    </div>
  );
}
