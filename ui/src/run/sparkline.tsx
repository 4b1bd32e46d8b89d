import type { Series } from "../charts/series";
import css from "./run.module.css";

const WIDTH = 80;
const HEIGHT = 20;

/** Trace values into a box of 80 by 20 as an SVG path; gaps where they are not finite. */
export function traceSparkline(x: Float64Array, values: Float64Array): string {
  const finite = [...values].filter(Number.isFinite);
  const [min, max] = [Math.min(...finite), Math.max(...finite)];
  const [left, right] = [x[0] ?? 0, x[x.length - 1] ?? 0];
  const parts: string[] = [];
  let isDown = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      isDown = false;
      continue;
    }
    const px = right > left ? 1 + ((WIDTH - 2) * ((x[i] ?? 0) - left)) / (right - left) : WIDTH / 2;
    const py = max > min ? HEIGHT - 2 - ((HEIGHT - 4) * (value - min)) / (max - min) : HEIGHT / 2;
    parts.push(`${isDown ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`);
    isDown = true;
  }
  return parts.length === 1 ? `${parts[0]}h.1` : parts.join("");
}

/** The course of a metric at a glance. */
export function Sparkline({ series }: { readonly series: Series | undefined }) {
  return (
    <svg class={css.sparkline} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      {series && <path d={traceSparkline(series.x, series.last)} />}
    </svg>
  );
}
