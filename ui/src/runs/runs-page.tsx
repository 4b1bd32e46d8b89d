import type { ComponentType } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatCount } from "../lib/format";
import { onKeys } from "../lib/keys";
import { query, setQuery } from "../lib/location";
import { RunNumbers, styleOf } from "../lib/run-colors";
import { errorPosition, isPlain, quoteKey } from "../query/tokens";
import { QueryBox } from "../query/query-box";
import { useChrome } from "../shell/chrome";
import { Failure } from "../shell/notice";
import { ColumnPicker } from "./column-picker";
import { type Column, columnOf, findConstants, findNumericParams, isLessBetter, isOffered } from "./columns";
import { NoMatch, NoRuns, NotRead, Skeleton } from "./empty";
import { Footer } from "./footer";
import css from "./runs.module.css";
import { RunsGrid } from "./runs-grid";
import { Split } from "./split";
import { arrangeRows, type RunTable } from "./table";
import { type RunsData, useRuns } from "./use-runs";
import { type Layout, LAYOUTS, readRunsView, type RunsView, toggleSort, writeRunsView } from "./view-state";

const MAX_IN_ADDRESS = 50;
const LAYOUT_NAMES: Record<Layout, string> = { table: "Table", split: "Split", charts: "Charts" };

/** The workspace of an experiment's runs. */
export function RunsPage({ experimentId }: { readonly experimentId: string }) {
  const search = query.value.toString();
  const [many, setMany] = useState<readonly string[] | null>(null);
  const view = useMemo(() => {
    const read = readRunsView(new URLSearchParams(search));
    return many ? { ...read, selected: many } : read;
  }, [search, many]);
  const data = useRuns(experimentId, view);
  const change = (part: Partial<RunsView>, isStep = false) => {
    const next = { ...readRunsView(query.peek()), ...part };
    const isMany = (part.selected?.length ?? 0) > MAX_IN_ADDRESS;
    if (part.selected) setMany(isMany ? part.selected : null);
    setQuery(writeRunsView(query.peek(), isMany ? { ...next, selected: [] } : next), { replace: !isStep });
  };
  const title = data.name || experimentId;
  useChrome(`${title} · runs`, [{ text: "Experiments", page: "/experiments" }, { text: title }]);
  useLayoutKey(view.layout, (layout) => change({ layout }, true));

  if (data.error && !data.table) return <Failure error={data.error} onRetry={data.retry} />;
  return (
    <div class={css.page}>
      <div class={css.titleRow}>
        <h1 tabIndex={-1}>{title}</h1>
        <StateTabs data={data} isArchive={view.isArchive} onArchive={(isArchive) => change({ isArchive, selected: [] }, true)} />
      </div>
      <Tools experimentId={experimentId} data={data} view={view} change={change} />
      {data.error && <Failure error={data.error} onRetry={data.retry} isSlim />}
      <Constants data={data} />
      <div class={css.content} data-loading={data.isLoading || undefined}>
        {data.table && <Content data={data} table={data.table} view={view} change={change} />}
        {!data.table && (data.filterError ? <NotRead /> : <Skeleton />)}
      </div>
      {data.table && (
        <Footer
          table={data.table}
          columns={data.columns}
          selected={view.selected}
          isArchive={view.isArchive}
          name={title}
          onSelect={(selected) => change({ selected })}
        />
      )}
    </div>
  );
}

interface PartProps {
  readonly data: RunsData;
  readonly view: RunsView;
  readonly change: (part: Partial<RunsView>, isStep?: boolean) => void;
}

function StateTabs({ data, isArchive, onArchive }: { readonly data: RunsData; readonly isArchive: boolean; readonly onArchive: (isArchive: boolean) => void }) {
  const total = data.table?.answer.total;
  const count = (isHere: boolean) => isHere && total !== undefined && <span class={css.count}>{formatCount(total)}</span>;
  return (
    <div class={css.states} role="group" aria-label="Which runs">
      <button type="button" aria-pressed={!isArchive} onClick={() => onArchive(false)}>
        Runs {count(!isArchive)}
      </button>
      <button type="button" aria-pressed={isArchive} onClick={() => onArchive(true)}>
        Archive {count(isArchive)}
      </button>
    </div>
  );
}

function Tools({ experimentId, data, view, change }: PartProps & { readonly experimentId: string }) {
  const offers = useMemo(
    () =>
      (data.keys?.keys ?? []).filter(isOffered).map((key) => ({ key: quoteKey(columnOf(key)), note: `${formatCount(key.runs)} runs` })),
    [data.keys],
  );
  return (
    <div class={css.tools}>
      <QueryBox
        value={view.search}
        label="Filter runs"
        placeholder="Words in the name, or metrics.auc > 0.9 AND params.model = 'xgb'"
        error={data.filterError}
        errorAt={isPlain(view.search) ? -1 : errorPosition(data.filterError)}
        offers={offers}
        onChange={(search) => change({ search })}
      />
      <ColumnPicker experimentId={experimentId} columns={data.columns} keys={data.keys} onColumns={(columns) => change({ columns })} />
      <div class="segments" role="group" aria-label="Layout">
        {LAYOUTS.map((layout) => (
          <button key={layout} type="button" aria-pressed={view.layout === layout} data-layout={layout} onClick={() => change({ layout }, true)}>
            {LAYOUT_NAMES[layout]}
          </button>
        ))}
      </div>
    </div>
  );
}

function Constants({ data }: { readonly data: RunsData }) {
  const constants = useMemo(() => findConstants(data.keys?.keys ?? [], data.keys?.runs ?? 0), [data.keys]);
  if (constants.length === 0) return null;
  return (
    <details class={css.constants}>
      <summary>
        Same for all: <span class="mono">{constants.slice(0, 4).join(" · ")}</span>
        {constants.length > 4 && ` and ${formatCount(constants.length - 4)} more`}
      </summary>
      <p class="mono">{constants.join(" · ")}</p>
    </details>
  );
}

function Content({ data, table, view, change }: PartProps & { readonly table: RunTable }) {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const isTree = view.sort.length === 0;
  const hasTree = isTree && table.answer.parents.some((parent) => parent !== "");
  const rows = useMemo(() => arrangeRows(table.answer, isTree, expanded), [table, isTree, expanded]);
  const numbers = useNumbers(view.selected);
  const numericParams = useMemo(() => findNumericParams(data.keys?.keys ?? []), [data.keys]);
  const colors = useMemo(() => new Map([...numbers].map(([id, k]) => [id, styleOf(k).color])), [numbers]);
  if (table.count === 0) {
    const isUntouched = !view.search && !view.isArchive && table.answer.total === 0;
    return isUntouched ? <NoRuns name={data.name} /> : <NoMatch total={table.answer.total} isArchive={view.isArchive} />;
  }
  const onSort = (column: Column, add: boolean) => {
    const startsDescending = column.isNumeric && column.kind !== "params" && !(column.kind === "metrics" && isLessBetter(column.title));
    change({ sort: toggleSort(view.sort, column.id, startsDescending, add) }, true);
  };
  const onExpand = (runId: string, expand: boolean) => {
    const next = new Set(expanded);
    if (expand) next.add(runId);
    else next.delete(runId);
    setExpanded(next);
  };
  const grid = (
    <RunsGrid
      {...{ table, rows, colors, hasTree, numericParams, onSort, onExpand }}
      columns={data.columns}
      sort={view.sort}
      selected={view.selected}
      label={`Runs of ${data.name}`}
      onSelect={(selected) => change({ selected })}
    />
  );
  if (view.layout === "table") return grid;
  const charts = <LazyCharts {...{ table, rows, numbers }} selected={view.selected} keys={data.keys?.keys ?? []} revision={data.revision} />;
  return view.layout === "charts" ? charts : <Split left={grid} right={charts} />;
}

type Charts = typeof import("./charts-pane").ChartsPane;

function LazyCharts(props: Parameters<Charts>[0]) {
  const [loaded, setLoaded] = useState<{ readonly ChartsPane: ComponentType<Parameters<Charts>[0]> } | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const load = () => {
    setError(null);
    import("./charts-pane").then(setLoaded, setError);
  };
  useEffect(load, []);
  if (error) return <Failure error={error} onRetry={load} />;
  return loaded ? <loaded.ChartsPane {...props} /> : <div class={css.charts} />;
}

/** Number the selected runs for their colours; a run keeps its number while it is selected. */
function useNumbers(selected: readonly string[]): ReadonlyMap<string, number> {
  const numbers = useRef<RunNumbers | null>(null);
  numbers.current ??= new RunNumbers();
  const { current } = numbers;
  const identity = selected.join();
  return useMemo(() => current.assign(selected), [current, identity]);
}

/** `\` goes to the next layout. */
function useLayoutKey(layout: Layout, onLayout: (layout: Layout) => void): void {
  const latest = useRef(onLayout);
  latest.current = onLayout;
  useEffect(
    () => onKeys({ "\\": () => latest.current(LAYOUTS[(LAYOUTS.indexOf(layout) + 1) % LAYOUTS.length] ?? "table") }),
    [layout],
  );
}
