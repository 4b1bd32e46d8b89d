import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { queries } from "../api/use-query";
import { listFields } from "../charts/fields";
import type { Values } from "../charts/groups";
import { focusedRun } from "../lib/focused-run";
import { plural } from "../lib/format";
import { useChanges } from "../lib/live";
import { usePaced } from "../lib/paced";
import { hrefOf, query, setQuery } from "../lib/location";
import type { Frame } from "../plots/frame";
import { useChartView } from "../run/use-chart-view";
import { useChrome } from "../shell/chrome";
import { lazy } from "../shell/lazy";
import { Failure, Notice } from "../shell/notice";
import { AddRun } from "./add-run";
import css from "./compare.module.css";
import { DiffTab } from "./diff-tab";
import { listKeys } from "./keys";
import { keepSet, MAX_IN_ADDRESS } from "./open";
import { type ChangeRuns, RunChips } from "./run-chips";
import { type CompareState, readState, TAB_NAMES, type Tab, TABS, writeState } from "./state";
import { type Comparison, useComparison } from "./use-comparison";

const ChartGrid = lazy(() => import("../charts/chart-grid").then((module) => module.ChartGrid));
const FilesTab = lazy(() => import("./files-tab").then((module) => module.FilesTab));
const PlotTab = lazy(() => import("./plot-tab").then((module) => module.PlotTab));

const REFRESH_MS = 2000;
/** A long address is replaced by that of a kept set when the page stands. */
const SHORTEN_MS = 1000;

/** Runs of any experiments side by side. */
export function ComparePage() {
  const search = query.value.toString();
  const state = useMemo(() => readState(new URLSearchParams(search)), [search]);
  const [revision, setRevision] = useState(0);
  const onChange = usePaced(() => setRevision((count) => count + 1), REFRESH_MS);
  const comparison = useComparison(state, revision);
  const { runIds, answer, frame, runs, error, retry } = comparison;
  useChrome(`Compare ${runIds ? plural(runIds.length, "run") : "runs"}`, [{ text: "Experiments", page: "/experiments" }, { text: "Compare" }]);
  useChanges({ runIds: (runIds ?? []).slice(0, MAX_IN_ADDRESS) }, onChange);
  const onState = (part: Partial<CompareState>, isStep = false) =>
    setQuery(writeState(query.peek(), { ...readState(query.peek()), ...part }), { replace: !isStep });
  useEffect(() => {
    if (state.runs.length <= MAX_IN_ADDRESS || !answer) return undefined;
    const timer = setTimeout(() => void chooseRuns(state.runs, onState, false), SHORTEN_MS);
    return () => clearTimeout(timer);
  }, [state.runs, answer === null]);
  // Two changes in a row are both made, though the page follows the first only when the server has answered.
  const wanted = useRef<readonly string[]>([]);
  useMemo(() => (wanted.current = runIds ?? []), [runIds]);
  const onRuns = (change: ChangeRuns) => {
    wanted.current = change(wanted.current);
    void chooseRuns(wanted.current, onState);
  };
  return (
    <div class={css.page}>
      <div class={css.head}>
        <h1 tabIndex={-1}>Compare {runIds ? plural(runIds.length, "run") : "runs"}</h1>
        {frame && <RunChips runIds={runIds ?? []} runs={runs} onRuns={onRuns} />}
      </div>
      {error && <Failure error={error} onRetry={retry} />}
      {answer && answer.missing.length > 0 && (
        <Notice>
          {answer.missing.length === 1 ? "There is no run" : `There are no runs`} <code>{answer.missing.slice(0, 5).join(", ")}</code>
          {answer.missing.length > 5 && ` and ${answer.missing.length - 5} more`}. They may have been deleted for good.
        </Notice>
      )}
      {runIds?.length === 0 && <NoRuns onAdd={(id) => onRuns((ids) => [...ids, id])} />}
      {!answer && !error && runIds?.length !== 0 && <div class={css.waiting} aria-busy="true" />}
      {answer && frame && frame.runIds.length > 0 && (
        <>
          <Tabs tab={state.tab} onTab={(tab) => onState({ tab }, true)} />
          <div class={css.content} data-loading={comparison.isLoading || undefined}>
            <Content {...{ comparison, state, onState, revision }} />
          </div>
        </>
      )}
    </div>
  );
}

/** Show other runs: those of few in the address, of many as a set that the server keeps. */
async function chooseRuns(ids: readonly string[], onState: (part: Partial<CompareState>, isStep?: boolean) => void, isStep = true): Promise<void> {
  if (ids.length <= MAX_IN_ADDRESS) {
    onState({ runs: ids, set: "" }, isStep);
    return;
  }
  const set = await keepSet(ids).catch(() => "");
  if (set) queries.setQueryData(["set", set], ids);
  // Who may only read cannot keep a set: a long address does it, too.
  if (set || isStep) onState(set ? { runs: [], set } : { runs: ids, set: "" }, isStep);
}

function Tabs({ tab, onTab }: { readonly tab: Tab; readonly onTab: (tab: Tab) => void }) {
  return (
    <nav class={css.tabs} aria-label="Ways to compare">
      {TABS.map((name) => (
        <button key={name} type="button" aria-current={name === tab ? "page" : undefined} onClick={() => onTab(name)}>
          {TAB_NAMES[name]}
        </button>
      ))}
    </nav>
  );
}

interface ContentProps {
  readonly comparison: Comparison;
  readonly state: CompareState;
  readonly onState: (part: Partial<CompareState>) => void;
  readonly revision: number;
}

function Content({ comparison, state, onState, revision }: ContentProps) {
  const { answer, frame, runs } = comparison;
  const keys = useMemo(() => (answer ? listKeys(answer) : []), [answer]);
  if (!answer || !frame) return null;
  switch (state.tab) {
    case "diff":
      return <DiffTab {...{ answer, runs, state, onState }} />;
    case "curves":
      return <Curves {...{ comparison, frame, keys, revision }} />;
    case "files":
      return <FilesTab {...{ runs, state, onState, revision }} />;
    default:
      return <PlotTab key={state.tab} kind={state.tab} {...{ frame, runs, keys, revision }} />;
  }
}

interface CurvesProps {
  readonly comparison: Comparison;
  readonly frame: Frame;
  readonly keys: ReturnType<typeof listKeys>;
  readonly revision: number;
}

function Curves({ comparison, frame, keys, revision }: CurvesProps) {
  const [view, setView] = useChartView();
  const names = useMemo(() => keys.filter(({ kind }) => kind === "metric").map(({ name }) => name), [keys]);
  const fields = useMemo(() => listFields(keys), [keys]);
  const valuesOf = useMemo(() => {
    const known = new Map<string, Values>();
    return (id: string): Values => {
      const { texts } = frame.field(id);
      const values = known.get(id) ?? new Map(frame.runIds.flatMap((run, row) => (texts[row] == null ? [] : [[run, texts[row] ?? ""] as const])));
      known.set(id, values);
      return values;
    };
  }, [frame]);
  return <ChartGrid runs={comparison.runs} keys={names} view={view} onView={setView} focused={focusedRun} {...{ revision, fields, valuesOf }} />;
}

function NoRuns({ onAdd }: { readonly onAdd: (runId: string) => void }) {
  return (
    <Notice>
      <p>No runs are chosen yet. Select some in the table of an experiment and press Compare, or add them here.</p>
      <div class={css.chips}>
        <AddRun known={[]} onAdd={onAdd} />
        <a class="button small" href={hrefOf("/experiments")}>
          Go to the experiments
        </a>
      </div>
    </Notice>
  );
}
