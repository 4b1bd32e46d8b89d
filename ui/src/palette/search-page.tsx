import { hrefOf, query, setQuery } from "../lib/location";
import { plural } from "../lib/format";
import { useChrome } from "../shell/chrome";
import { Failure } from "../shell/notice";
import { findPages, useFound } from "./found";
import css from "./palette.module.css";

const LIMIT = 50;

/** Everything that a text may mean, as a page. */
export function SearchPage() {
  const text = query.value.get("q") ?? "";
  useChrome(text ? `${text} · Search` : "Search", [{ text: "Search" }]);
  const { places: found, error, isLoading, retry } = useFound(text, LIMIT);
  const places = [...findPages(text), ...found];
  const change = (value: string) => setQuery(new URLSearchParams(value ? { q: value } : {}));
  return (
    <div class={css.page}>
      <h1 tabIndex={-1}>Search</h1>
      <input
        class="field"
        type="search"
        aria-label="Search"
        placeholder="Experiment, run name or id, model@alias, page"
        value={text}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {error && <Failure error={error} onRetry={() => void retry()} isSlim />}
      <p class="muted" role="status">
        {!error && (isLoading && places.length === 0 ? "Looking…" : places.length === 0 ? `Nothing is called “${text}”.` : `${plural(places.length, "place")}${places.length >= LIMIT ? `, at most ${LIMIT} of each kind` : ""}`)}
      </p>
      <ul class={css.results}>
        {places.map((place) => (
          <li key={`${place.kind} ${place.page} ${place.text}`}>
            <span class={css.kind}>{place.kind}</span>
            <a href={hrefOf(place.page)}>{place.text}</a>
            <span class={css.note}>{place.note}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
