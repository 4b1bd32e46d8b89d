import { useEffect, useState } from "preact/hooks";
import { ArtifactBrowser } from "../artifacts/artifact-browser";
import { listFolder } from "../artifacts/artifacts-api";
import { navigate, path as page } from "../lib/location";
import css from "../panels/panels.module.css";
import { useChrome } from "../shell/chrome";
import { MissingRun } from "./missing-run";
import { isSystemMetric, type RunDetails } from "./model";
import { Overview } from "./overview";
import { baseOf, readPlace, writePlace, type RunPlace } from "./route";
import { RunHeader } from "./run-header";
import { RunMetrics } from "./run-metrics";
import { RunTabs, type TabItem } from "./run-tabs";
import { useChartView } from "./use-chart-view";
import { useFamily } from "./use-family";
import { useRun, type RunState } from "./use-run";

const COLOR = "var(--c1)";

/** Count what stands at the top of a run's artifacts; null until it is known. */
function useArtifactCount(runId: string, revision: number): number | null {
  const [known, setKnown] = useState<{ runId: string; count: number } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    listFolder(runId, "").then(
      (entries) => isCurrent && setKnown({ runId, count: entries.length }),
      () => isCurrent && setKnown(null),
    );
    return () => {
      isCurrent = false;
    };
  }, [runId, revision]);
  return known?.runId === runId ? known.count : null;
}

function listTabs(run: RunDetails, artifacts: number | null): TabItem[] {
  const system = run.metrics.filter(({ key }) => isSystemMetric(key)).length;
  const tabs: TabItem[] = [
    { tab: "overview", label: "Overview", count: null },
    { tab: "metrics", label: "Metrics", count: run.metrics.length - system },
  ];
  if (system > 0) tabs.push({ tab: "system", label: "System", count: system });
  tabs.push({ tab: "artifacts", label: "Artifacts", count: artifacts });
  return tabs;
}

function TabContent({ run, place, state }: { readonly run: RunDetails; readonly place: RunPlace; readonly state: RunState }) {
  const [view, setView] = useChartView();
  const { revision, refresh } = state;
  switch (place.tab) {
    case "overview":
      return <Overview run={run} revision={revision} refresh={refresh} />;
    case "artifacts":
      return (
        <ArtifactBrowser
          runId={run.runId}
          path={place.path}
          location={run.artifactUri}
          revision={revision}
          onPath={(path) => navigate(writePlace(baseOf(page.peek()), "artifacts", path))}
        />
      );
    case "metrics":
    case "system":
      return (
        <RunMetrics
          key={place.tab}
          {...{ run, view, revision }}
          color={COLOR}
          isSystem={place.tab === "system"}
          onView={setView}
        />
      );
    default:
      return null;
  }
}

function Loaded({ run, place, state }: { readonly run: RunDetails; readonly place: RunPlace; readonly state: RunState }) {
  const count = useArtifactCount(run.runId, state.revision);
  const family = useFamily(run);
  const tabs = listTabs(run, count);
  const name = run.name || run.runId;
  useChrome(name, [
    { text: "Experiments", page: "/experiments" },
    { text: family.experiment || run.experimentId, page: `/experiments/${run.experimentId}/runs` },
    { text: name },
  ]);
  return (
    <>
      <RunHeader run={run} family={family} color={COLOR} refresh={state.refresh} />
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
        <TabContent key={run.runId} run={run} place={place} state={state} />
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
  const state = useRun(runId);
  if (state.run) {
    return (
      <div class={css.page}>
        <Loaded run={state.run} place={place} state={state} />
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
        <div class={css.skeleton}>
          <h1 class={css.hidden}>Run {runId} is being read</h1>
          <span />
          <span />
          <span />
        </div>
      )}
    </div>
  );
}
