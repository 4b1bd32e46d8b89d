import type { QueryRunsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatCount, formatDuration, formatMoment, formatNumber, plural } from "../lib/format";
import { hrefOf } from "../lib/location";
import { describeColumn } from "../runs/columns";
import { RunTable } from "../runs/table";
import { Failure } from "../shell/notice";
import type { RunsBlock } from "./report";
import { queryRuns } from "./reports-api";
import css from "./reports.module.css";

const EVERY_MS = 30_000;

/** A table of the runs that a filter matches now. */
export function RunsBlockView({ block }: { readonly block: RunsBlock }) {
  const runs = useQuery<QueryRunsResponse>({
    key: ["report-runs", block],
    ask: (signal) => queryRuns(block, signal),
    enabled: block.experimentId !== "",
    everyMs: EVERY_MS,
  });
  if (!block.experimentId) return <p class="muted">Choose an experiment.</p>;
  if (runs.error) return <Failure error={runs.error} onRetry={() => void runs.refetch()} isSlim />;
  if (!runs.data) return <div class={css.blank} />;
  const table = new RunTable(runs.data);
  return (
    <figure class={css.figure}>
      <div class={css.wide} tabIndex={0} role="region" aria-label="Runs">
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              {block.columns.map((column) => (
                <th key={column} scope="col">
                  {describeColumn(column).title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: table.count }, (_, run) => (
              <tr key={table.id(run)}>
                <th scope="row">
                  <a href={hrefOf(`/runs/${table.id(run)}`)}>{table.name(run)}</a>
                </th>
                {block.columns.map((column) => (
                  <td key={column}>{cellOf(table, column, run)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <figcaption class="muted">
        {table.count < runs.data.matched ? `${table.count} of ${formatCount(runs.data.matched)} runs` : plural(runs.data.matched, "run")}
        {block.filter && (
          <>
            {" "}
            where <code>{block.filter}</code>
          </>
        )}
      </figcaption>
    </figure>
  );
}

/** Write a value of a run as it stands in a table. */
export function cellOf(table: RunTable, column: string, run: number): string {
  const number = table.number(column, run);
  if (number === null) return table.text(column, run) ?? "";
  if (column === "attributes.duration") return formatDuration(number);
  return column.endsWith("_time") ? formatMoment(number) : formatNumber(number);
}
