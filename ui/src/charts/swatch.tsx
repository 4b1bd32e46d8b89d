import css from "./charts.module.css";

/** A short piece of a run's line. */
export function Swatch({ color, dash = [] }: { readonly color: string; readonly dash?: readonly number[] }) {
  return (
    <svg class={css.swatch} viewBox="0 0 14 4" width="14" height="4" aria-hidden="true">
      <line x1="1" y1="2" x2="13" y2="2" style={{ stroke: color }} stroke-width="3" stroke-dasharray={dash.join(" ")} />
    </svg>
  );
}
