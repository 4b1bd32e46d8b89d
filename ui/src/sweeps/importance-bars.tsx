import css from "./sweeps.module.css";

/** The share of each parameter in how good trials are. */
export function ImportanceBars({ shares }: { readonly shares: readonly (readonly [string, number])[] }) {
  return (
    <section class={css.card} aria-labelledby="importance">
      <h2 id="importance">Importance</h2>
      {shares.length === 0 ? (
        <p class="muted">Known from ten complete trials on.</p>
      ) : (
        <ul class={css.bars} tabIndex={0} aria-labelledby="importance">
          {shares.map(([name, share]) => (
            <li key={name}>
              <span class={css.barName} title={name}>
                {name}
              </span>
              <span class={css.track} aria-hidden="true">
                <span style={{ width: `${Math.max(0.5, share * 100)}%` }} />
              </span>
              <span class={css.share}>{`${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
