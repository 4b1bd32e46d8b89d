import { setQuery } from "../lib/location";
import { Snippet } from "../shell/snippet";
import { pythonSnippet } from "../home/snippets";
import css from "./runs.module.css";

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

/** What a filter without matches shows. */
export function NoMatch({ total, isArchive }: { readonly total: number; readonly isArchive: boolean }) {
  return (
    <div class={css.empty}>
      <h2>{isArchive && total === 0 ? "Nothing is archived" : `0 of ${total.toLocaleString("en")} runs match`}</h2>
      <p>
        <button type="button" class="button" onClick={() => setQuery(new URLSearchParams())}>
          {isArchive && total === 0 ? "Show the active runs" : "Clear the filter"}
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
