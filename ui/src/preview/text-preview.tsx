import { useEffect, useMemo, useState } from "preact/hooks";
import { formatCount, plural } from "../lib/format";
import { hrefOf, path as page, query, setQuery, writeQuery } from "../lib/location";
import { stripAnsi } from "./ansi";
import { formatBytes } from "./bytes";
import { HexPreview } from "./hex-preview";
import { highlight, splitLines } from "./highlight";
import { languageOf } from "./kind";
import { LineList } from "./line-list";
import css from "./preview.module.css";
import { useText } from "./use-text";

const MAX_PRETTY = 100_000;

/** Return JSON that is all on one line with line ends and indents; null when there is nothing to improve. */
export function prettify(lines: readonly string[], language: string): string[] | null {
  const [only] = lines;
  if (language !== "json" || lines.length !== 1 || only === undefined || only.length > MAX_PRETTY) return null;
  try {
    return JSON.stringify(JSON.parse(only), null, 2).split("\n");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** Return the indexes of the lines that hold `search`, ignoring case. */
export function findLines(lines: readonly string[], search: string): number[] {
  const needle = search.toLowerCase();
  return needle ? lines.flatMap((line, index) => (stripAnsi(line).toLowerCase().includes(needle) ? [index] : [])) : [];
}

function withLine(index: number): URLSearchParams {
  const next = new URLSearchParams(query.peek());
  next.set("line", String(index + 1));
  return next;
}

/** A text with line numbers and search, read in pieces. */
export function TextPreview({ url, path }: { readonly url: string; readonly path: string }) {
  const { slice, isReading, error, isBinary, more } = useText(url);
  const [search, setSearch] = useState("");
  const [turn, setTurn] = useState(0);
  const [html, setHtml] = useState<readonly string[] | null>(null);
  const language = languageOf(path);
  const isWhole = slice.read >= slice.total;
  const lines = useMemo(
    () => (isWhole ? (prettify(slice.lines, language) ?? slice.lines) : slice.lines),
    [slice, isWhole, language],
  );
  const found = useMemo(() => findLines(lines, search), [lines, search]);
  useEffect(() => {
    let isCurrent = true;
    setHtml(null);
    void highlight(lines.join("\n"), language).then((done) => {
      if (isCurrent && done !== null) setHtml(splitLines(done));
    });
    return () => {
      isCurrent = false;
    };
  }, [lines, language]);
  const chosen = Number(query.value.get("line") ?? 0) - 1;
  const isChosenUnread = chosen >= lines.length && !isWhole && !error;
  useEffect(() => {
    if (isChosenUnread && !isReading) more();
  }, [isChosenUnread, isReading]);
  if (isBinary) return <HexPreview url={url} />;
  if (error && slice.read === 0) return <p role="alert" class={css.error}>{error}</p>;
  if (isReading && slice.read === 0) return <p class={css.hint}>Reading…</p>;
  const marked = found.length > 0 ? (found[turn % found.length] ?? -1) : Math.min(chosen, lines.length - 1);
  return (
    <div class={css.text}>
      <div class={css.tools}>
        <input
          class="field" type="search"
          placeholder="Search in the text"
          aria-label="Search in the text"
          value={search}
          onInput={(event) => {
            setSearch(event.currentTarget.value);
            setTurn(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") setTurn(Math.max(0, turn + (event.shiftKey ? -1 : 1)));
          }}
        />
        <span role="status">
          {search
            ? `${found.length ? `${(turn % found.length) + 1} of ` : ""}${formatCount(found.length)} lines`
            : plural(lines.length, "line")}
        </span>
        {!isWhole && (
          <span class={css.more}>
            {formatBytes(slice.read)} of {formatBytes(slice.total)} read
            <button type="button" class="button small" onClick={more} disabled={isReading}>
              {isReading ? "Reading…" : "Load more"}
            </button>
          </span>
        )}
      </div>
      {error && <p role="alert" class={css.error}>{error}</p>}
      {lines.length === 0 ? (
        <p class={css.hint}>The file is empty.</p>
      ) : (
        <LineList
          name={path}
          found={new Set(found)}
          hrefOf={(index) => hrefOf(page.value + writeQuery(withLine(index)))}
          onChoose={(index) => setQuery(withLine(index))}
          {...{ lines, html, marked }}
        />
      )}
    </div>
  );
}
