import { useCallback, useEffect, useState } from "preact/hooks";
import { formatCount } from "../../lib/format";
import { hrefOf, path as page, query, setQuery, writeQuery } from "../../lib/location";
import { RowList } from "../../panels/row-list";
import { formatBytes } from "../../preview/bytes";
import { Failure } from "../../shell/notice";
import { Snippet } from "../../shell/snippet";
import { downloadLog } from "./download-log";
import { LogRow, ROW_HEIGHT } from "./log-row";
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
  const { source, state } = useLog(runId, parameters.get("log") ?? "", revision);
  const filter: LogFilter = { contains: parameters.get("q") ?? "", stream: parameters.get("stream") ?? "" };
  const search = useSearch(runId, state.name, filter, state.index.end);
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
        <AllLines {...{ source, count, isTimed, line, isFollowing }} onFollow={setFollowing} onChoose={choose} />
      )}
    </section>
  );
}

interface AllLinesProps {
  readonly source: LogSource;
  readonly count: number;
  readonly isTimed: boolean;
  readonly line: number;
  readonly isFollowing: boolean;
  readonly onFollow: (isFollowing: boolean) => void;
  readonly onChoose: (number: number) => void;
}

function AllLines({ source, count, isTimed, line, isFollowing, onFollow, onChoose }: AllLinesProps) {
  const digits = String(count).length;
  const [rows, setRows] = useState({ from: 0, to: 0 });
  const onRows = useCallback((from: number, to: number) => setRows({ from, to }), []);
  useEffect(() => {
    const timer = setTimeout(() => source.want(rows.from, rows.to), 40);
    return () => clearTimeout(timer);
  }, [source, rows, count]);
  return (
    <RowList
      label="Lines of the log"
      count={count}
      rowHeight={ROW_HEIGHT}
      target={line > 0 ? Math.min(line, count) - 1 : -1}
      isFollowing={isFollowing}
      onEnd={onFollow}
      onRows={onRows}
      row={(index) => (
        <LogRow
          key={index}
          line={source.line(index)}
          number={index + 1}
          isChosen={index + 1 === line}
          needle=""
          href={hrefOf(page.value + writeQuery(withLine(index + 1)))}
          onChoose={(event) => {
            event.preventDefault();
            onChoose(index + 1);
          }}
          {...{ digits, isTimed }}
        />
      )}
    />
  );
}

function withLine(number: number): URLSearchParams {
  const next = new URLSearchParams(query.value);
  next.set("line", String(number));
  return next;
}

interface MatchesProps {
  readonly source: LogSource;
  readonly search: SearchState;
  readonly filter: LogFilter;
  readonly isTimed: boolean;
  readonly count: number;
  readonly onChoose: (number: number) => void;
}

function Matches({ source, search, filter, isTimed, count, onChoose }: MatchesProps) {
  const { lines, isDone } = search.found;
  const { more } = search;
  const onRows = (_: number, to: number) => {
    if (to >= lines.length - 1) more();
  };
  if (lines.length === 0) return <p class={css.hint}>{isDone ? `None of the ${formatCount(count)} lines match.` : "Searching…"}</p>;
  return (
    <RowList
      label="Lines that match"
      count={lines.length}
      rowHeight={ROW_HEIGHT}
      onRows={onRows}
      row={(index) => {
        const found = lines[index];
        return (
          <LogRow
            key={index}
            line={found}
            number={0}
            digits={1}
            isChosen={false}
            needle={filter.contains}
            href={hrefOf(page.value)}
            onChoose={(event) => {
              event.preventDefault();
              if (found) void source.numberOf(found.position).then((number) => onChoose(number + 1));
            }}
            {...{ isTimed }}
          />
        );
      }}
    />
  );
}
