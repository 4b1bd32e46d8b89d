import { useState } from "preact/hooks";
import type { ListKeysResponse } from "../api/schema";
import { STAR_TAG } from "../experiments/tags";
import { plural } from "../lib/format";
import { columnOf, isOffered } from "../runs/columns";
import { useKeySearch } from "../runs/use-key-search";
import { Icon } from "../shell/icons";
import { Popover } from "../shell/popover";
import { joinClauses, splitClauses } from "./clauses";
import css from "./facet.module.css";
import { Facet } from "./facet";
import { isPlain } from "./tokens";

const SHOWN = 30;
const FIRST: readonly (readonly [string, string])[] = [
  ["attributes.status", "State"],
  ["attributes.start_time", "Time"],
  ["attributes.duration", "Duration"],
  ["attributes.user_id", "User"],
  ["datasets.name", "Dataset"],
];
const STARRED = `tags.\`${STAR_TAG}\` = 'true'`;
const KINDS = [
  ["metric", "Metrics"],
  ["param", "Parameters"],
  ["tag", "Tags"],
] as const;

interface ChipsProps {
  readonly experimentIds: readonly string[];
  readonly keys: ListKeysResponse | null;
  readonly search: string;
  /** The search in the language, also where it is plain words. */
  readonly filter: string;
  readonly onSearch: (search: string) => void;
}

/** The clauses of a search as chips to take away, and a button that adds some without the language. */
export function Chips({ experimentIds, keys, search, filter, onSearch }: ChipsProps) {
  const isWords = isPlain(search);
  const clauses = isWords ? search.split(/\s+/).filter((word) => word !== "") : splitClauses(search);
  const join = (some: readonly string[]) => (isWords ? some.join(" ") : joinClauses(some));
  const whole = isWords ? filter : search;
  const hasStar = splitClauses(whole).includes(STARRED);
  return (
    <div class={css.chips}>
      {clauses.map((clause, place) => (
        <span key={`${place} ${clause}`} class={css.chip}>
          <span title={clause}>{clause}</span>
          <button type="button" aria-label={`Remove ${clause}`} onClick={() => onSearch(join(clauses.filter((_, at) => at !== place)))}>
            ×
          </button>
        </span>
      ))}
      <button
        type="button"
        class="button small"
        aria-pressed={hasStar}
        onClick={() => {
          const others = splitClauses(whole).filter((clause) => clause !== STARRED);
          onSearch(joinClauses(hasStar ? others : [...others, STARRED]));
        }}
      >
        ★ Starred
      </button>
      <Popover label="Add a filter" buttonClass="button small" trigger={<><Icon name="plus" small /> Filter</>}>
        {() => <Fields {...{ experimentIds, keys, onSearch }} search={whole} />}
      </Popover>
    </div>
  );
}

function Fields({ experimentIds, keys, search, onSearch }: Omit<ChipsProps, "filter">) {
  const [typed, setTyped] = useState("");
  const [field, setField] = useState<readonly [string, string] | null>(null);
  const offered = useKeySearch(experimentIds, keys, typed).filter(isOffered);
  if (field) {
    const [column, title] = field;
    return (
      <div>
        <button type="button" class="button small quiet" onClick={() => setField(null)}>
          ← All fields
        </button>
        <Facet {...{ experimentIds, column, title, search, onSearch }} />
      </div>
    );
  }
  const wanted = typed.toLowerCase();
  const item = (column: string, title: string) => (
    <button key={column} type="button" onClick={() => setField([column, title])}>
      {title}
    </button>
  );
  return (
    <div class={css.fields}>
      <input class="field" type="search" aria-label="Search fields" placeholder="Search fields" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      {FIRST.filter(([, title]) => title.toLowerCase().includes(wanted)).map(([column, title]) => item(column, title))}
      {KINDS.map(([kind, title]) => {
        const some = offered.filter((key) => key.kind === kind);
        if (some.length === 0) return null;
        return (
          <>
            <h3>{title}</h3>
            {some.slice(0, SHOWN).map((key) => item(columnOf(key), key.name))}
            {some.length > SHOWN && <p>{plural(some.length - SHOWN, "more key")}: search to see them.</p>}
          </>
        );
      })}
    </div>
  );
}
