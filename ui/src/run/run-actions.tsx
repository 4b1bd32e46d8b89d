import { useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import { useQuery } from "../api/use-query";
import { comparePage } from "../compare/open";
import { archiveOf, ofRun } from "../artifacts/artifacts-api";
import { formatAgo } from "../lib/format";
import { hrefOf } from "../lib/location";
import css from "../panels/panels.module.css";
import { toFilter } from "../query/tokens";
import { Menu, Popover } from "../shell/popover";
import { say } from "../shell/toasts";
import type { RunDetails } from "./model";
import { STAR_TAG } from "./model";
import { archiveRun, deleteTag, findRuns, restoreRun, setTag } from "./run-api";
import own from "./run.module.css";
import { childrenOf, type KnownFamily } from "./use-family";

const MOST_OFFERED = 12;
const MOST_CHILDREN = 19;

export interface RunActionsProps {
  readonly run: RunDetails;
  readonly family: KnownFamily;
  readonly refresh: () => void;
  readonly onReproduce: () => void;
  /** Null when the run has no model to register. */
  readonly onRegister: (() => void) | null;
  readonly onError: (message: string) => void;
}

/** What can be done with a run. */
export function RunActions({ run, family, refresh, onReproduce, onRegister, onError }: RunActionsProps) {
  const mayEdit = useRefusal("EDIT") === "";
  const attempt = async (work: Promise<unknown>, message: string, undo: (() => void) | null = null) => {
    try {
      await work;
      onError("");
      if (message) say(message, undo);
      refresh();
    } catch (failure) {
      onError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  const restore = () => void attempt(restoreRun(run.runId), "Run restored.");
  const archive = () => void attempt(archiveRun(run.runId), "Run archived.", restore);
  return (
    <span class={css.actions}>
      {mayEdit && <Star run={run} onChange={(work) => void attempt(work, "")} />}
      <Popover trigger="Compare with…" label="Compare with another run">
        {(close) => <Others run={run} family={family} onChoose={close} />}
      </Popover>
      <button type="button" class="button" onClick={onReproduce}>
        Reproduce
      </button>
      <Popover trigger="More" label="More actions">
        {(close) => (
          <Menu>
            {onRegister && (
              <button
                type="button"
                onClick={() => {
                  close();
                  onRegister();
                }}
              >
                Register model…
              </button>
            )}
            <a href={archiveOf(ofRun(run.runId), "")} download onClick={close}>
              Download all artifacts
            </a>
            {mayEdit && (
              <button
                type="button"
                onClick={() => {
                  close();
                  if (run.isArchived) restore();
                  else archive();
                }}
              >
                {run.isArchived ? "Restore" : "Archive"}
              </button>
            )}
          </Menu>
        )}
      </Popover>
    </span>
  );
}

function Star({ run, onChange }: { readonly run: RunDetails; readonly onChange: (work: Promise<unknown>) => void }) {
  const isStarred = run.tags.get(STAR_TAG) === "true";
  if (run.isArchived) return null;
  return (
    <button
      type="button"
      class="button square"
      aria-pressed={isStarred}
      aria-label="Star"
      title={isStarred ? "Take the star away" : "Star this run for everybody; the tag headwater.starred finds it"}
      onClick={() => onChange(isStarred ? deleteTag(run.runId, STAR_TAG) : setTag(run.runId, STAR_TAG, "true"))}
    >
      <svg class={own.star} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" data-on={isStarred || undefined}>
        <path d="m8 1.8 1.9 4 4.3.6-3.100 3.100.7 4.300L8 11.800l-3.800 2 .7-4.300L1.800 6.400l4.300-.6z" />
      </svg>
    </button>
  );
}

const compare = (runIds: readonly string[]): string => hrefOf(comparePage(runIds));

interface OthersProps {
  readonly run: RunDetails;
  readonly family: KnownFamily;
  readonly onChoose: () => void;
}

function Others({ run, family, onChoose }: OthersProps) {
  const [search, setSearch] = useState("");
  const { data, error } = useQuery({
    key: ["offered-runs", run.experimentId, search.trim()],
    ask: (signal) => findRuns(run.experimentId, toFilter(search), MOST_OFFERED, signal),
  });
  const [parent] = family.ancestors;
  const children = childrenOf(family, run.runId);
  const others = (data ?? []).filter((one) => one.runId !== run.runId);
  return (
    <div class={own.others}>
      <input
        class="field"
        type="search"
        placeholder="Find a run of this experiment"
        aria-label="Find a run"
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <Menu>
        {parent && search === "" && (
          <a href={compare([run.runId, parent.run_id])} onClick={onChoose}>
            Its parent: {parent.run_name}
          </a>
        )}
        {children.length > 1 && search === "" && (
          <a href={compare([run.runId, ...children.slice(0, MOST_CHILDREN).map((one) => one.run_id)])} onClick={onChoose}>
            {children.length > MOST_CHILDREN ? `${MOST_CHILDREN} of its ${children.length} children` : `Its ${children.length} children`}
          </a>
        )}
        {others.map((one) => (
          <a key={one.runId} href={compare([run.runId, one.runId])} onClick={onChoose}>
            {one.name} <small class="muted">{formatAgo(one.startTime, Date.now())}</small>
          </a>
        ))}
      </Menu>
      {error && <p role="alert" class={css.error}>{error.message}</p>}
      {data && others.length === 0 && <p class={css.hint}>{search ? "No other run matches." : "There is no other run in this experiment."}</p>}
    </div>
  );
}
