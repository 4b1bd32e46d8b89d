import css from "./charts.module.css";
import type { Line } from "./lines";
import { formatCount, formatValue, formatX } from "./numbers";
import { findExtremes } from "./series";
import type { ChartView } from "./view";

const MAX_ROWS = 500;

/** The points of one run: as they were logged, or last, min and max of each bucket. */
function PointsTable({ name, line, view }: { readonly name: string; readonly line: Line; readonly view: ChartView }) {
  const { series } = line;
  const rows = Array.from({ length: Math.min(line.x.length, MAX_ROWS) }, (_, index) => index);
  return (
    <table>
      <caption>
        {name} of {line.run.name}: {formatCount(series.count)} points
        {series.raw ? "" : `, in ${formatCount(line.x.length)} buckets`}
        {line.x.length > MAX_ROWS ? `; the first ${MAX_ROWS} rows` : ""}
      </caption>
      <thead>
        <tr>
          <th scope="col">x</th>
          <th scope="col">{series.raw ? "value" : "last"}</th>
          {!series.raw && <th scope="col">min</th>}
          {!series.raw && <th scope="col">max</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row}>
            <th scope="row">{formatX(line.x[row] ?? Number.NaN, view.x, view.xKey)}</th>
            <td>{formatValue(series.last[row] ?? Number.NaN)}</td>
            {!series.raw && <td>{formatValue(series.low[row] ?? Number.NaN)}</td>}
            {!series.raw && <td>{formatValue(series.high[row] ?? Number.NaN)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RunsTable({ name, lines }: { readonly name: string; readonly lines: readonly Line[] }) {
  return (
    <table>
      <caption>{name} by run</caption>
      <thead>
        <tr>
          {["run", "last", "min", "max", "points"].map((head) => (
            <th scope="col" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.slice(0, MAX_ROWS).map(({ run, series }) => {
          const { last, min, max } = findExtremes(series);
          return (
            <tr key={run.runId}>
              <th scope="row">{run.name}</th>
              <td>{formatValue(last)}</td>
              <td>{formatValue(min)}</td>
              <td>{formatValue(max)}</td>
              <td>{formatCount(series.count)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

export interface ChartTableProps {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly view: ChartView;
  readonly height: number;
}

/** What a chart shows as a table: every point of a single run, or one row for each of several. */
export function ChartTable({ name, lines, view, height }: ChartTableProps) {
  const only = lines.length === 1 ? lines[0] : undefined;
  return (
    <div class={css.table} style={{ height: `${height}px` }} tabIndex={0} role="region" aria-label={`${name} as a table`}>
      {only ? <PointsTable name={name} line={only} view={view} /> : <RunsTable name={name} lines={lines} />}
    </div>
  );
}
