import type { ComponentType } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import { RunNumbers } from "../lib/run-colors";
import { useKeptSet } from "../lib/use-kept";
import { Failure } from "../shell/notice";
import { say } from "../shell/toasts";
import type { Asking } from "./bulk-dialogs";
import { STARRED } from "./cells";
import { ColumnMenu } from "./column-menu";
import { colorRuns } from "./coloring";
import { type Column, describeColumn, isLessBetter } from "./columns";
import { DENSITIES, density } from "./density";
import { NoMatch, NoRuns } from "./empty";
import { arrangeGroups, groupId, type Grouping, nameGroup, PARENT } from "./grouping";
import type { ChosenKey } from "./key-dialog";
import { Peek } from "./peek";
import { RunsGrid } from "./runs-grid";
import { RowMenu } from "./row-menu";
import css from "./runs.module.css";
import { Split } from "./split";
import { arrangeRows, type Row, type RunTable, UNSELECTED } from "./table";
import type { Actions } from "./use-actions";
import { usePlaces } from "./use-places";
import type { RunsData } from "./use-runs";
import type { Change } from "./use-workspace";
import { type RunsView, toggleSort } from "./view-state";
import { widths } from "./widths";

interface ContentProps {
  readonly data: RunsData;
  readonly table: RunTable;
  readonly view: RunsView;
  readonly change: Change;
  readonly numericParams: ReadonlySet<string>;
  readonly grouping: Grouping | null;
  readonly act: Actions;
  readonly onAsk: (asking: Asking) => void;
  readonly onKey: (key: ChosenKey) => void;
}

/** The table, the charts, or both, with the drawer and the menus that open from them. */
export function RunsContent(props: ContentProps) {
  const { data, table, view, change } = props;
  const [title = ""] = [...data.facts.values()].map(({ experiment }) => experiment.name);
  if (table.answer.matched === 0) {
    const isUntouched = !view.search && !view.isArchive && table.answer.total === 0;
    if (isUntouched) return <NoRuns name={title} />;
    return <NoMatch total={table.answer.total} search={view.search} isArchive={view.isArchive} onView={(part) => change(part, true)} />;
  }
  return <Workspace {...props} label={`Runs of ${title}`} />;
}

function Workspace(props: ContentProps & { readonly label: string }) {
  const { data, table, view, change, numericParams, grouping, label } = props;
  const [expanded, setExpanded] = useKeptSet("expanded");
  const [columnMenu, setColumnMenu] = useState<{ readonly column: Column; readonly anchor: DOMRect } | null>(null);
  const [rowMenu, setRowMenu] = useState<{ readonly row: Row; readonly anchor: DOMRect } | null>(null);
  const { rows, hasTree, runRows } = useRows(table, view, grouping, expanded);
  const refusal = useRefusal("EDIT");
  // The table is the legend of the charts: their lines have swatches, whether the runs were selected or stand first.
  const isLegend = view.layout !== "table" && view.selected.length === 0;
  const numbers = useNumbers(isLegend ? runRows.slice(0, UNSELECTED).map(({ run }) => table.id(run)) : view.selected);
  const coloring = useMemo(() => colorRuns(table, view.color, grouping, numbers), [table, view.color, grouping, numbers]);
  const places = useMemo(() => new Map(table.answer.run_ids.map((id, run) => [id, run])), [table]);
  const groups = useGroupFacts(table, grouping, data);
  const onExpand = (row: Row, expand: boolean) => {
    const id = row.run < 0 && grouping ? groupId(grouping, row.group) : table.id(row.run);
    const isAncestor = row.run >= table.own;
    const next = new Set(expanded);
    if (expand !== isAncestor) next.add(id);
    else next.delete(id);
    setExpanded(next);
  };
  const onSort = (column: Column, add: boolean) => {
    const isLess = column.kind === "metrics" ? table.isLess(column.id) : isLessBetter(column.title);
    const startsDescending = column.isNumeric && column.kind !== "params" && !(column.kind === "metrics" && isLess);
    change({ sort: toggleSort(view.sort, column.id, startsDescending, add) }, true);
  };
  const experiments = useMemo(() => new Map([...data.facts].map(([id, { experiment }]) => [id, experiment.name])), [data.facts]);
  const columns = useMemo(() => (grouping && !view.columns ? putNumbersFirst(data.columns) : data.columns), [grouping, view.columns, data.columns]);
  const place = usePlaces(table, columns, view, change);
  const grid = (
    <div class={css.gridAndDrawer}>
      <RunsGrid
        {...{ table, rows, hasTree, grouping, label, numericParams, onSort, onExpand, experiments }}
        {...groups}
        {...place}
        widths={widths.value}
        hasStatus={columns.includes("attributes.status")}
        onStar={(id) => (refusal ? say(refusal) : props.act.star(id, table.text(STARRED, places.get(id) ?? -1) !== "true"))}
        colors={coloring.colors}
        groupColors={coloring.groupColors}
        looks={view.looks}
        columns={columns}
        pinned={view.pinned}
        sort={view.sort}
        selected={view.selected}
        groupKeys={grouping?.by.length ?? 0}
        rowHeight={DENSITIES[density.value]}
        question={data.question}
        isPeeking={view.peek !== ""}
        onSelect={(selected) => change({ selected })}
        onPeek={(peek) => change({ peek })}
        onMenu={(column, button) => setColumnMenu({ column, anchor: button.getBoundingClientRect() })}
        onRowMenu={(row, anchor) => setRowMenu({ row, anchor })}
      />
      {view.peek && <Peek runId={view.peek} onClose={() => change({ peek: "" })} />}
      {columnMenu && (
        <ColumnMenu
          {...columnMenu}
          {...{ table, view, change, columns }}
          experimentIds={data.experimentIds}
          main={data.main}
          onKey={view.isArchive || refusal ? undefined : props.onKey}
          onClose={() => setColumnMenu(null)}
        />
      )}
      {rowMenu && <RowMenu {...props} {...rowMenu} mayEdit={!refusal} members={groups.members} onClose={() => setRowMenu(null)} />}
    </div>
  );
  if (view.layout === "table") return grid;
  const charts = <LazyCharts table={table} rows={runRows} styles={coloring.styles} selected={view.selected} keys={data.keys?.keys ?? []} revision={data.revision} />;
  return view.layout === "charts" ? charts : <Split left={grid} right={charts} />;
}

/** Order columns that nobody chose for groups: what is summed up comes before what is different for each run. */
function putNumbersFirst(columns: readonly string[]): readonly string[] {
  const isSum = (id: string) => describeColumn(id).kind !== "attributes";
  return [...columns.filter(isSum), ...columns.filter((id) => !isSum(id))];
}

interface Rows {
  readonly rows: readonly Row[];
  readonly hasTree: boolean;
  /** The rows that are runs, as the charts want them. */
  readonly runRows: readonly Row[];
}

function useRows(table: RunTable, { sort, group }: RunsView, grouping: Grouping | null, expanded: ReadonlySet<string>): Rows {
  const isTree = sort.length === 0 && group.length === 0;
  const flat = useMemo(() => arrangeRows(table, isTree, expanded), [table, isTree, expanded]);
  const grouped = useMemo(() => (grouping ? arrangeGroups(grouping, sort, expanded) : null), [grouping, sort, expanded]);
  const isNested = isTree && table.answer.parents.some((parent) => parent !== "");
  return { rows: grouped ?? flat, hasTree: grouped !== null || isNested, runRows: flat };
}

interface GroupFacts {
  readonly groupNames: readonly string[];
  readonly members: readonly (readonly string[])[];
}

function useGroupFacts(table: RunTable, grouping: Grouping | null, data: RunsData): GroupFacts {
  return useMemo(() => {
    if (!grouping) return { groupNames: [], members: [] };
    const places = new Map(table.answer.run_ids.map((id, run) => [id, run]));
    const nameOf = (key: string, value: string): string => {
      if (key === "attributes.experiment_id") return data.facts.get(value)?.experiment.name ?? value;
      return key === PARENT ? table.name(places.get(value) ?? -1) || value.slice(0, 8) : value;
    };
    const members: string[][] = grouping.answer.groups.map(() => []);
    for (const [run, group] of grouping.ofRun.entries()) members[group]?.push(table.id(run));
    return { groupNames: members.map((_, group) => nameGroup(grouping, group, nameOf)), members };
  }, [table, grouping, data.facts]);
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
