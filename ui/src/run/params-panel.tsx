import { useState } from "preact/hooks";
import { formatCount } from "../charts/numbers";
import css from "../panels/panels.module.css";
import { groupPairs, type Pair } from "./model";

/** The params of a run, grouped by prefix. */
export function ParamsPanel({ params }: { readonly params: readonly Pair[] }) {
  const [search, setSearch] = useState("");
  const groups = groupPairs(params, search);
  return (
    <section class={css.panel} aria-labelledby="params-heading">
      <header>
        <h2 id="params-heading">Params</h2>
        <span class={css.count}>{formatCount(params.length)}</span>
        {params.length > 10 && (
          <input
            class="field" type="search"
            placeholder="Find"
            aria-label="Find params"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        )}
      </header>
      {params.length === 0 && (
        <p class={css.hint}>
          No params. Log them with <code>hw.log_params({"{"}"lr": 0.01{"}"})</code>.
        </p>
      )}
      {params.length > 0 && groups.length === 0 && <p class={css.hint}>{`No param matches “${search}”.`}</p>}
      {groups.map((group) => (
        <div key={group.name}>
          {group.name && <h3>{group.name}</h3>}
          <dl class={css.pairs}>
            {group.pairs.map(({ key, value }) => (
              <div key={key}>
                <dt title={key}>{group.name ? key.slice(group.name.length + 1) : key}</dt>
                <dd>{value === "" ? <i>empty</i> : value}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </section>
  );
}
