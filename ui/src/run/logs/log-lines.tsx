import { useCallback, useEffect, useState } from "preact/hooks";
import { formatCount } from "../../lib/format";
import { hrefOf, path as page, query, writeQuery } from "../../lib/location";
import { RowList } from "../../panels/row-list";
import { LogRow, ROW_HEIGHT } from "./log-row";
import type { LogFilter } from "./log-search";
import type { LogSource } from "./log-source";
import css from "./logs.module.css";
import type { SearchState } from "./use-log";

interface AllLinesProps {
  readonly source: LogSource;
  readonly count: number;
  readonly isTimed: boolean;
  readonly line: number;
  /** Whether all lines are counted, so that one behind the last means the last. */
  readonly isCounted: boolean;
  readonly isFollowing: boolean;
  readonly onFollow: (isFollowing: boolean) => void;
  readonly onChoose: (number: number) => void;
}

/** The lines of a log, read as they come into view. */
export function AllLines({ source, count, isTimed, line, isCounted, isFollowing, onFollow, onChoose }: AllLinesProps) {
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
      target={line > 0 && (line <= count || isCounted) ? Math.min(line, count) - 1 : -1}
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

/** The lines that a search found, each a link to its place. */
export function Matches({ source, search, filter, isTimed, count, onChoose }: MatchesProps) {
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
