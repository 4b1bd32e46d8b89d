import { useEffect, useMemo, useState } from "preact/hooks";
import { experiments as experimentsOf, whyNot } from "../access/subject";
import { refresh } from "../api/use-query";
import { FirstSteps } from "../home/first-steps";
import { decodeList, encodeList, put } from "../lib/codec";
import { plural } from "../lib/format";
import { onKeys, showKeys } from "../lib/keys";
import { useChanges } from "../lib/live";
import { usePaced } from "../lib/paced";
import { navigate, query, setQuery } from "../lib/location";
import { useActions } from "../palette/actions";
import { type Offer, QueryBox } from "../query/query-box";
import { errorPosition, isPlain } from "../query/tokens";
import { useChrome } from "../shell/chrome";
import { copyAndSay } from "../shell/copy";
import { Icon } from "../shell/icons";
import { Failure } from "../shell/notice";
import { Anchored, Menu } from "../shell/popover";
import { say } from "../shell/toasts";
import { compareRows } from "./experiment-columns";
import { CreateDialog, RenameDialog } from "./experiment-dialogs";
import { ExperimentsGrid } from "./experiments-grid";
import css from "./experiments.module.css";
import { arrangeExperiments, type ExperimentRow } from "./folders";
import { isStarred, setStar } from "./stars";
import { TagFilter } from "./tag-filter";
import { createExperiment, moveExperiments, renameExperiment, useExperiments } from "./use-experiments";
import type { ExperimentFacts } from "./use-facts";

const OFFERS: readonly Offer[] = ["name", "creation_time", "last_update_time"].map((key) => ({ key, note: "attribute" }));
const DEFAULT_ORDER = "last_activity DESC";
const FOLDERS = "headwater.folders";
const PAUSE_MS = 2000;
const KEYS = { "/": "Search", n: "New experiment" };

type Asking = { readonly kind: "create" } | { readonly kind: "rename"; readonly facts: ExperimentFacts };

/** The list of experiments. */
export function ExperimentsPage() {
  useChrome("Experiments", [{ text: "Experiments" }]);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [menu, setMenu] = useState<{ readonly row: ExperimentRow; readonly anchor: DOMRect } | null>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(readCollapsed);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const search = query.value.get("q") ?? "";
  const isArchive = query.value.get("state") === "archived";
  const order = query.value.get("sort") ?? DEFAULT_ORDER;
  const tagged = query.value.get("tag") ?? "";
  const tags = useMemo(() => decodeList(tagged), [tagged]);
  const { experiments, isCut, error, retry } = useExperiments(search, tags, isArchive);
  useChanges({}, usePaced(() => refresh("overview"), PAUSE_MS));
  useEffect(() => onKeys({ n: () => setAsking({ kind: "create" }) }), []);
  useEffect(() => showKeys(KEYS), []);
  const rows = useMemo(
    () => (experiments ? arrangeExperiments([...experiments].sort(compareRows(order)), collapsed, search !== "") : null),
    [experiments, order, collapsed, search],
  );

  const moveSelected = async () => {
    const chosen = (experiments ?? []).map(({ experiment }) => experiment).filter(({ experiment_id: id }) => selected.has(id));
    setSelected(new Set());
    await moveExperiments(isArchive ? "restore" : "delete", chosen);
  };
  const openSelected = () => navigate(`/experiments/${[...selected].join()}/runs`);
  useActions(selected.size > 0 ? [{ text: "Open together", note: plural(selected.size, "selected experiment"), act: openSelected }] : [], [...selected].join());
  const change = (name: string, value: string, absent = "") => {
    const next = new URLSearchParams(query.peek());
    put(next, name, value, absent);
    setQuery(next);
  };
  const toggle = (set: ReadonlySet<string>, id: string, on: boolean) => {
    const next = new Set(set);
    if (on) next.add(id);
    else next.delete(id);
    return next;
  };
  return (
    <div class={css.page}>
      <div class={css.titleRow}>
        <h1 tabIndex={-1}>Experiments</h1>
        <div class="segments" role="group" aria-label="Which experiments">
          <button type="button" aria-pressed={!isArchive} onClick={() => change("state", "")}>
            Active
          </button>
          <button type="button" aria-pressed={isArchive} onClick={() => change("state", "archived")}>
            Archive
          </button>
        </div>
        {selected.size > 0 && (
          <>
            <button type="button" class="button" onClick={openSelected}>
              Open {plural(selected.size, "experiment")} together
            </button>
            <button type="button" class="button" onClick={() => void moveSelected()}>
              {isArchive ? "Restore" : "Archive"} {plural(selected.size, "experiment")}
            </button>
            <button type="button" class="button quiet" onClick={() => setSelected(new Set())}>
              Clear
            </button>
          </>
        )}
        <button type="button" class="button primary" onClick={() => setAsking({ kind: "create" })}>
          <Icon name="plus" small /> New experiment
        </button>
      </div>
      <div class={css.tools}>
        <QueryBox
          value={search}
          label="Search experiments"
          placeholder="Words in the name, or tags.team = 'vision'"
          error={error && experiments ? error.message : ""}
          errorAt={isPlain(search) || !error ? -1 : errorPosition(error.message)}
          offers={OFFERS}
          onChange={(text) => change("q", text)}
        />
        <TagFilter experiments={experiments ?? []} chosen={tags} onChosen={(chosen) => change("tag", encodeList(chosen))} />
      </div>
      {error && !experiments && <Failure error={error} onRetry={retry} />}
      {isCut && <p class={css.note}>The first {plural(experiments?.length ?? 0, "experiment")} are shown. Search to find others.</p>}
      {rows && rows.length > 0 && (
        <div class={css.list}>
          <ExperimentsGrid
            {...{ rows, order, selected }}
            onOrder={(text) => change("sort", text, DEFAULT_ORDER)}
            onFolder={(row, open) => setCollapsed(keepCollapsed(toggle(collapsed, row.id, !open)))}
            onSelect={(row) => row.facts && setSelected(toggle(selected, row.id, !selected.has(row.id)))}
            onStar={(row) => row.facts && void setStar(row.id, !isStarred(row.facts.tags)).catch(complain)}
            onActions={(row, anchor) => setMenu({ row, anchor })}
          />
        </div>
      )}
      {rows?.length === 0 && <Nothing search={search || tags.join(", ")} isArchive={isArchive} onClear={() => setQuery(new URLSearchParams())} />}
      {menu?.row.facts && <Actions facts={menu.row.facts} anchor={menu.anchor} isArchive={isArchive} onAsk={setAsking} onClose={() => setMenu(null)} />}
      {asking?.kind === "create" && (
        <CreateDialog onSave={async (experiment) => navigate(`/experiments/${await createExperiment(experiment)}/runs`)} onClose={() => setAsking(null)} />
      )}
      {asking?.kind === "rename" && (
        <RenameDialog
          name={asking.facts.experiment.name}
          onSave={(name) => renameExperiment(asking.facts.experiment.experiment_id, name)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

/** The folders that this reader closed; they stay closed. */
const readCollapsed = (): ReadonlySet<string> => new Set(decodeList(localStorage.getItem(FOLDERS)));

function keepCollapsed(folders: ReadonlySet<string>): ReadonlySet<string> {
  localStorage.setItem(FOLDERS, encodeList([...folders]));
  return folders;
}

function complain(failure: unknown): void {
  say(failure instanceof Error ? failure.message : String(failure));
}

interface ActionsProps {
  readonly facts: ExperimentFacts;
  readonly anchor: DOMRect;
  readonly isArchive: boolean;
  readonly onAsk: (asking: Asking) => void;
  readonly onClose: () => void;
}

function Actions({ facts, anchor, isArchive, onAsk, onClose }: ActionsProps) {
  const { experiment } = facts;
  const things = experimentsOf(experiment.experiment_id);
  const item = (text: string, work: () => unknown) => (
    <button
      type="button"
      onClick={() => {
        onClose();
        void work();
      }}
    >
      {text}
    </button>
  );
  return (
    <Anchored anchor={anchor} label={`Actions for ${experiment.name}`} onClose={onClose}>
      <Menu>
        {!isArchive && !whyNot(things, "EDIT") && item("Rename…", () => onAsk({ kind: "rename", facts }))}
        {item("Copy the experiment id", () => copyAndSay(experiment.experiment_id, "Experiment id"))}
        {item("Notes", () => navigate(`/experiments/${experiment.experiment_id}/notes`))}
        {item("Settings and tags", () => navigate(`/experiments/${experiment.experiment_id}/settings`))}
        {!whyNot(things, "MANAGE") && item(isArchive ? "Restore" : "Archive", () => moveExperiments(isArchive ? "restore" : "delete", [experiment]))}
      </Menu>
    </Anchored>
  );
}

interface NothingProps {
  readonly search: string;
  readonly isArchive: boolean;
  readonly onClear: () => void;
}

function Nothing({ search, isArchive, onClear }: NothingProps) {
  if (!search && !isArchive) return <FirstSteps />;
  return (
    <div class={css.nothing}>
      <p>{search ? `No experiment matches “${search}”.` : "Nothing is archived."}</p>
      <button type="button" class="button" onClick={onClear}>
        Show all active experiments
      </button>
    </div>
  );
}
