import { useState } from "preact/hooks";
import { formatCount } from "../../lib/format";
import { query, setQuery } from "../../lib/location";
import { formatBytes } from "../../preview/bytes";
import { Failure } from "../../shell/notice";
import { Snippet } from "../../shell/snippet";
import { downloadLog } from "./download-log";
import { AllLines, Matches } from "./log-lines";
import { isFiltering, type LogFilter } from "./log-search";
import type { LogSource, LogState } from "./log-source";
import { LogToolbar } from "./log-toolbar";
import css from "./logs.module.css";
import { useLog, useSearch, type SearchState } from "./use-log";

const TEACH = `import headwater as hw

with hw.start_run(capture="console"):
    train()`;
const TEACH_SHELL = "HEADWATER_CAPTURE=console python train.py";

export interface LogsTabProps {
  readonly runId: string;
  readonly isRunning: boolean;
  readonly revision: number;
}

function change(name: string, value: string): void {
  const next = new URLSearchParams(query.peek());
  if (value) next.set(name, value);
  else next.delete(name);
  setQuery(next);
}

/** What a run printed: followed while it runs, searched by the server, every line with an address. */
export function LogsTab({ runId, isRunning, revision }: LogsTabProps) {
  const parameters = query.value;
  const { source, state } = useLog({ runId, name: parameters.get("log") ?? "", path: "" }, revision);
  const filter: LogFilter = { contains: parameters.get("q") ?? "", stream: parameters.get("stream") ?? "" };
  const search = useSearch({ runId, name: state.name, path: "" }, filter, state.index.end);
  if (!state.isKnown) return <p class={css.hint}>Reading…</p>;
  if (state.error && state.names.length === 0) {
    return <Failure error={new Error(state.error)} onRetry={() => void source.look()} />;
  }
  if (state.names.length === 0) return <NoLogs isRunning={isRunning} />;
  return <Console {...{ runId, source, state, filter, search }} line={Number(parameters.get("line") ?? 0)} />;
}

function NoLogs({ isRunning }: { readonly isRunning: boolean }) {
  return (
    <section class={css.empty}>
      <h2>{isRunning ? "Nothing printed yet" : "No logs"}</h2>
      <p>
        {isRunning
          ? "If the run captures its console, its lines appear here as they are printed."
          : "The run did not capture what it printed. Any of these keeps the console with the next one:"}
      </p>
      <Snippet code={TEACH} label="Python code" />
      <Snippet code={TEACH_SHELL} label="shell command" />
    </section>
  );
}

interface ConsoleProps {
  readonly runId: string;
  readonly source: LogSource;
  readonly state: LogState;
  readonly filter: LogFilter;
  readonly search: SearchState;
  /** The line of the address, from 1 on; 0 for none. */
  readonly line: number;
}

function Console({ runId, source, state, filter, search, line }: ConsoleProps) {
  const [isFollowing, setFollowing] = useState(state.isLive && line === 0);
  const [isTimed, setTimed] = useState(true);
  const [failure, setFailure] = useState("");
  const isFiltered = isFiltering(filter);
  const { count } = state.index;
  void source.lines.value;

  const choose = (number: number) => {
    setFollowing(false);
    const next = new URLSearchParams(query.peek());
    for (const name of ["q", "stream"]) next.delete(name);
    next.set("line", String(number));
    setQuery(next);
  };
  return (
    <section class={css.console} aria-label="Console">
      <LogToolbar
        {...{ state, filter, isTimed, isFollowing }}
        onTimed={setTimed}
        onFilter={change}
        onLog={(name) => change("log", name)}
        onFollow={() => {
          change("line", "");
          setFollowing(true);
        }}
        onDownload={() => void downloadLog(runId, source).catch((error: unknown) => setFailure(String(error)))}
      />
      <p class={css.state} role="status">
        {isFiltered
          ? `${formatCount(search.found.lines.length)}${search.found.isDone ? "" : "+"} of ${formatCount(count)} lines match`
          : `${formatCount(count)} lines, ${formatBytes(state.size)}`}
        {isFiltered && search.isSearching ? " · searching…" : ""}
        {state.isLive ? " · live" : ""}
      </p>
      {(failure || state.error || search.error) && (
        <p role="alert" class={css.error}>
          {failure || state.error || search.error}
        </p>
      )}
      {isFiltered ? (
        <Matches {...{ source, search, filter, isTimed, count }} onChoose={choose} />
      ) : (
        <AllLines isCounted {...{ source, count, isTimed, line, isFollowing }} onFollow={setFollowing} onChoose={choose} />
      )}
    </section>
  );
}
