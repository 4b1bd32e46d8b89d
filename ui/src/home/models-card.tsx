import type { AliasInUse } from "../api/schema";
import { formatAgo, formatMoment } from "../lib/format";
import { hrefOf } from "../lib/location";
import css from "./home.module.css";

/** Which version each alias stands for, and who said so when. */
export function ModelsCard({ aliases }: { readonly aliases: readonly AliasInUse[] }) {
  const now = Date.now();
  return (
    <section class={css.card} aria-labelledby="models-in-use">
      <h2 id="models-in-use">Models in use</h2>
      {aliases.length === 0 ? (
        <p class="muted">No version of a model has an alias yet.</p>
      ) : (
        <ul>
          {aliases.map(({ name, alias, version, time, user_id: user }) => (
            <li key={`${name}@${alias}`}>
              <span class={css.what}>
                <a class={css.inUse} title={`${name}@${alias}`} href={hrefOf(`/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`)}>
                  <span>{name}</span>
                  <span class={css.alias}>@{alias}</span>
                  <span>{` → ${version}`}</span>
                </a>
              </span>
              {time > 0 && (
                <span class={`muted ${css.by}`} title={`${formatMoment(time)}${user && ` by ${user}`}`}>
                  {formatAgo(time, now)}
                  {user && ` by ${user}`}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <a class="link" href={hrefOf("/models")}>
        All models
      </a>
    </section>
  );
}
