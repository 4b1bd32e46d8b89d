import { useEffect, useState } from "preact/hooks";
import type { LogFilter } from "./log-search";
import type { LogState } from "./log-source";
import css from "./logs.module.css";

const SEARCH_AFTER_MS = 200;
const STREAMS = [
  ["", "All"],
  ["out", "Output"],
  ["err", "Errors"],
] as const;

interface LogToolbarProps {
  readonly state: LogState;
  readonly filter: LogFilter;
  readonly isTimed: boolean;
  readonly isFollowing: boolean;
  readonly onTimed: (isTimed: boolean) => void;
  readonly onFilter: (name: "q" | "stream", value: string) => void;
  readonly onLog: (name: string) => void;
  readonly onFollow: () => void;
  readonly onDownload: () => void;
}

/** Which log, what of it, and how. */
export function LogToolbar({ state, filter, isTimed, isFollowing, onTimed, onFilter, onLog, onFollow, onDownload }: LogToolbarProps) {
  const [typed, setTyped] = useState(filter.contains);
  useEffect(() => setTyped(filter.contains), [filter.contains]);
  useEffect(() => {
    if (typed === filter.contains) return undefined;
    const timer = setTimeout(() => onFilter("q", typed), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div class={css.tools}>
      {state.names.length > 1 && (
        <select class="field" aria-label="Log" value={state.name} onChange={(event) => onLog(event.currentTarget.value)}>
          {state.names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
      <input
        class="field"
        type="search"
        placeholder="Search the whole log"
        aria-label="Search the log"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <div class="segments" role="group" aria-label="Stream">
        {STREAMS.map(([stream, label]) => (
          <button key={stream} type="button" aria-pressed={filter.stream === stream} onClick={() => onFilter("stream", stream)}>
            {label}
          </button>
        ))}
      </div>
      <label class={css.check}>
        <input type="checkbox" checked={isTimed} onChange={(event) => onTimed(event.currentTarget.checked)} /> Times
      </label>
      <span class={css.right}>
        <button type="button" class="button small" aria-pressed={isFollowing} onClick={onFollow}>
          {isFollowing && state.isLive ? "Following the end" : "Jump to end"}
        </button>
        <button type="button" class="button small" onClick={onDownload}>
          Download
        </button>
      </span>
    </div>
  );
}
