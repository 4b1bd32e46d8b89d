import { setQuery } from "../lib/location";
import { formatCount } from "../lib/format";
import { dropLastClause } from "../query/clauses";
import { Snippet } from "../shell/snippet";
import { pythonSnippet } from "../home/snippets";
import css from "./runs.module.css";
import type { RunsView } from "./view-state";

/** What an experiment without runs shows: how the first one gets here. */
export function NoRuns({ name }: { readonly name: string }) {
  return (
    <div class={css.empty}>
      <h2>
        <span class="dot" data-tone="ok" /> Waiting for the first run
      </h2>
      <p class="muted">It appears here by itself. To log one from Python:</p>
      <Snippet label="Python" code={pythonSnippet(name)} />
    </div>
  );
}

interface NoMatchProps {
  readonly total: number;
  readonly search: string;
  readonly isArchive: boolean;
  readonly onView: (part: Partial<RunsView>) => void;
}

/** What a filter without matches shows: it offers to leave out its last clause. */
export function NoMatch({ total, search, isArchive, onView }: NoMatchProps) {
  const { rest, dropped } = dropLastClause(search);
  const isEmptyArchive = isArchive && total === 0;
  return (
    <div class={css.empty}>
      <h2>{isEmptyArchive ? "Nothing is archived" : `0 of ${formatCount(total)} runs match`}</h2>
      <p class={css.emptyButtons}>
        {rest && (
          <button type="button" class="button" onClick={() => onView({ search: rest })}>
            Without <code>{dropped}</code>
          </button>
        )}
        <button type="button" class="button" onClick={() => onView(isEmptyArchive ? { search: "", isArchive: false } : { search: "" })}>
          {isEmptyArchive ? "Show the active runs" : "Clear the filter"}
        </button>
      </p>
    </div>
  );
}

/** What an address with a filter that the server cannot read shows: there are no rows yet that could stay. */
export function NotRead() {
  return (
    <div class={css.empty}>
      <h2>The filter cannot be read</h2>
      <p class="muted">Mend it above, or show all runs.</p>
      <p>
        <button type="button" class="button" onClick={() => setQuery(new URLSearchParams())}>
          Clear the filter
        </button>
      </p>
    </div>
  );
}

/** Grey lines while the first rows are on their way. */
export function Skeleton() {
  return (
    <div class={css.skeleton} role="status" aria-label="Loading the runs">
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}
