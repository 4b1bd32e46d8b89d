import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ExperimentTabs, titleOfExperiments } from "../experiments/experiment-tabs";
import { DEFAULT_VIEW_TAG } from "../experiments/tags";
import { formatCount, plural } from "../lib/format";
import { onKeys, showKeys } from "../lib/keys";
import { navigate } from "../lib/location";
import { useChrome } from "../shell/chrome";
import { Failure } from "../shell/notice";
import type { Asking } from "./bulk-dialogs";
import { ColorLegend } from "./color-legend";
import { legendOf } from "./coloring";
import { findConstants, findNumericParams } from "./columns";
import { NotRead, Skeleton } from "./empty";
import { comparePage } from "../compare/open";
import { Footer } from "./footer";
import { type ChosenKey, KeyDialog } from "./key-dialog";
import { RunsContent } from "./runs-content";
import css from "./runs.module.css";
import { Tools } from "./tools";
import type { RunTable } from "./table";
import { type Actions, useActions } from "./use-actions";
import { useGroups } from "./use-groups";
import { orderOf, type RunsData, useRuns } from "./use-runs";
import { useSavedView } from "./use-views";
import { useWorkspace, type Workspace } from "./use-workspace";
import { ViewMenu } from "./view-menu";
import { LAYOUTS } from "./view-state";

const PAGE_KEYS = {
  "/": "Filter",
  "\\": "Next layout",
  c: "Compare the selected runs",
  t: "Tag the selected runs",
  z: "Undo",
  "Shift+z": "Redo",
};

/** The workspace of the runs of one experiment, or of several whose ids are joined by commas. */
export function RunsPage({ experimentId: identity }: { readonly experimentId: string }) {
  const workspace = useWorkspace();
  const { view, change } = workspace;
  const data = useRuns(identity, view);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [edited, setEdited] = useState<{ readonly key: ChosenKey | null } | null>(null);
  const numericParams = useMemo(() => findNumericParams(data.keys?.keys ?? []), [data.keys]);
  const groups = useGroups(identity, view, data, numericParams);
  const facts = data.facts.get(identity);
  const byDefault = facts ? (facts.tags.get(DEFAULT_VIEW_TAG) ?? "") : identity.includes(",") ? "" : null;
  useSavedView(identity, byDefault, workspace.replace);
  const title = titleOfExperiments(identity, data.facts);
  useChrome(`runs · ${title}`, [{ text: "Experiments", page: "/experiments" }, { text: title }]);
  const act = useActions(workspace, data);
  const { table } = data;
  const legend = useMemo(() => table && legendOf(table, view.color, groups.grouping), [table, view.color, groups.grouping]);
  usePageKeys(workspace, setAsking);

  const isEmpty = !data.table || (data.facts.size === 0 && data.table.answer.total === 0);
  if (data.error && isEmpty) return <Failure title="The runs cannot be shown" error={data.error} onRetry={data.retry} />;
  return (
    <div class={css.page}>
      <ExperimentTabs identity={identity} facts={data.facts} tab="runs" runs={view.isArchive ? undefined : data.table?.answer.total}>
        <StateChoice isArchive={view.isArchive} onArchive={(isArchive) => change({ isArchive, selected: [] }, true)} />
        <ViewMenu {...{ identity, byDefault: byDefault ?? "" }} viewId={view.viewId} parameters={workspace.parameters} onOpen={workspace.open} />
      </ExperimentTabs>
      <Tools {...{ identity, data, view, change }} />
      {(data.error ?? groups.error) && <Failure error={data.error ?? groups.error ?? new Error()} onRetry={data.retry} isSlim />}
      <div class={css.facts} data-waiting={view.color !== "" && !legend ? "legend" : data.keys ? undefined : "constants"}>
        <Constants data={data} />
        {legend && <ColorLegend legend={legend} />}
      </div>
      <div class={css.content} data-loading={data.isLoading || undefined}>
        {data.table && <RunsContent {...{ data, view, change, numericParams, act }} table={data.table} grouping={groups.grouping} onAsk={setAsking} onKey={(key) => setEdited({ key })} />}
        {!data.table && (data.filterError ? <NotRead /> : <Skeleton />)}
      </div>
      {data.table && (
        <Footer
          table={data.table}
          columns={data.columns}
          selected={view.selected}
          isArchive={view.isArchive}
          groups={groups.grouping?.answer.total ?? 0}
          name={title}
          asking={view.selected.length > 0 ? asking : null}
          onAsk={setAsking}
          search={{
            server: new URL(document.baseURI).href.replace(/\/$/, ""),
            experimentIds: data.experimentIds,
            filter: data.filter,
            order: orderOf(view.sort),
            isArchive: view.isArchive,
          }}
          onSelect={(selected) => change({ selected })}
          onArchive={() => act.archive(view.selected)}
          onTag={act.tag}
          onMove={act.move}
          onKeys={() => setEdited({ key: null })}
        />
      )}
      {table && edited && <KeyEdits {...{ data, table, act }} selected={view.selected} chosen={edited.key} onClose={() => setEdited(null)} />}
    </div>
  );
}

interface KeyEditsProps {
  readonly data: RunsData;
  readonly table: RunTable;
  readonly act: Actions;
  readonly selected: readonly string[];
  readonly chosen: ChosenKey | null;
  readonly onClose: () => void;
}

/** The dialog that renames or deletes a key of the selected runs, or of all in the table. */
function KeyEdits({ data, table, act, selected, chosen, onClose }: KeyEditsProps) {
  const runIds = selected.length > 0 ? selected : table.answer.run_ids.slice(0, table.own);
  const word = selected.length > 0 ? "selected run" : table.own < table.answer.matched ? "run in the table" : "matching run";
  const which = plural(runIds.length, word, word === "run in the table" ? "runs in the table" : undefined);
  return <KeyDialog {...{ chosen, which, onClose }} keys={data.keys?.keys ?? []} onEdit={(edit) => act.editKey(runIds, edit)} />;
}

function StateChoice({ isArchive, onArchive }: { readonly isArchive: boolean; readonly onArchive: (isArchive: boolean) => void }) {
  return (
    <div class="segments" role="group" aria-label="Which runs">
      <button type="button" aria-pressed={!isArchive} onClick={() => onArchive(false)}>
        Active
      </button>
      <button type="button" aria-pressed={isArchive} onClick={() => onArchive(true)}>
        Archive
      </button>
    </div>
  );
}

function Constants({ data }: { readonly data: RunsData }) {
  const constants = useMemo(() => findConstants(data.keys?.keys ?? [], data.keys?.runs ?? 0), [data.keys]);
  if ((data.keys?.runs ?? 0) < 2) return null;
  // Said too, as the rows would move into the room that was kept for it.
  if (constants.length === 0) return <p class={css.constants}>Same for all: no param</p>;
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

function usePageKeys(workspace: Workspace, onAsk: (asking: Asking) => void): void {
  const latest = useRef(workspace);
  latest.current = workspace;
  useEffect(() => showKeys(PAGE_KEYS), []);
  useEffect(
    () =>
      onKeys({
        "\\": () => {
          const { view, change } = latest.current;
          change({ layout: LAYOUTS[(LAYOUTS.indexOf(view.layout) + 1) % LAYOUTS.length] ?? "table" }, true);
        },
        c: () => {
          const { selected } = latest.current.view;
          if (selected.length > 1) navigate(comparePage(selected));
        },
        t: () => {
          if (latest.current.view.selected.length > 0) onAsk("tag");
        },
        z: () => void latest.current.undo(),
        Z: () => void latest.current.redo(),
      }),
    [],
  );
}
