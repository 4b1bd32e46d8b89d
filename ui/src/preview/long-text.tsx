import { useEffect, useState } from "preact/hooks";
import { formatCount, plural } from "../lib/format";
import { query, setQuery } from "../lib/location";
import { AllLines, Matches } from "../run/logs/log-lines";
import { useLog, useSearch } from "../run/logs/use-log";
import { formatBytes } from "./bytes";
import css from "./preview.module.css";

const SEARCH_AFTER_MS = 250;

/** A text of any length: the server counts and searches its lines, and those in view are read. */
export function LongText({ runId, path }: { readonly runId: string; readonly path: string }) {
  const place = { runId, name: "", path };
  const { source, state } = useLog(place, 0);
  const [typed, setTyped] = useState("");
  const [contains, setContains] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setContains(typed.trim()), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const filter = { contains, stream: "" };
  const { count, end } = state.index;
  const search = useSearch(place, filter, end);
  const [isAtEnd, setAtEnd] = useState(false);
  void source.lines.value;
  const isCounted = end >= state.size;
  const isTimed = path.startsWith("logs/");
  const choose = (number: number) => {
    setTyped("");
    setContains("");
    setAtEnd(false);
    const next = new URLSearchParams(query.peek());
    next.set("line", String(number));
    setQuery(next);
  };
  if (state.error) return <p role="alert" class={css.error}>{state.error}</p>;
  if (count === 0) return <p class={css.hint}>Reading…</p>;
  const counted = `${plural(count, "line")}${isCounted ? "" : ` so far, ${formatBytes(end)} of ${formatBytes(state.size)} counted`}`;
  return (
    <div class={css.text}>
      <div class={css.tools}>
        <input
          class="field"
          type="search"
          placeholder="Search the whole text"
          aria-label="Search in the text"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <span role="status">
          {contains ? `${formatCount(search.found.lines.length)}${search.found.isDone ? "" : "+"} of ${counted} match` : counted}
          {search.isSearching ? " · searching…" : ""}
        </span>
        <span class={css.more}>
          <button type="button" class="button small" disabled={contains !== ""} aria-pressed={isAtEnd} onClick={() => setAtEnd(true)}>
            Jump to end
          </button>
        </span>
      </div>
      {search.error && <p role="alert" class={css.error}>{search.error}</p>}
      {contains ? (
        <Matches {...{ source, search, filter, isTimed, count }} onChoose={choose} />
      ) : (
        <AllLines {...{ source, count, isTimed, isCounted }} line={Number(query.value.get("line") ?? 0)} isFollowing={isAtEnd} onFollow={setAtEnd} onChoose={choose} />
      )}
    </div>
  );
}
