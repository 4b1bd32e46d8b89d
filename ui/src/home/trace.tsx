import css from "./home.module.css";

const WIDTH = 80;
const HEIGHT = 20;

/** Trace finite values into a box of 80 by 20 as an SVG path. */
export function traceValues(values: readonly number[]): string {
  const min = Math.min(...values);
  const max = Math.max(...values);
  const points = values.map((value, index) => {
    const x = values.length > 1 ? 1 + ((WIDTH - 2) * index) / (values.length - 1) : WIDTH / 2;
    const y = max > min ? HEIGHT - 2 - ((HEIGHT - 4) * (value - min)) / (max - min) : HEIGHT / 2;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return points.length === 1 ? `M${points[0]}h.1` : points.length > 1 ? `M${points.join("L")}` : "";
}

/** The course of a metric at a glance. */
export function Trace({ values }: { readonly values: readonly number[] }) {
  return (
    <svg class={css.trace} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path d={traceValues(values)} />
    </svg>
  );
}
