import chartCss from "../charts/charts.module.css";
import type { Sheet } from "./sheet";

const MAX_ROWS = 500;

/** What a chart shows, as a table. */
export function SheetTable({ title, sheet, height }: { readonly title: string; readonly sheet: Sheet; readonly height: number }) {
  const isHidden = (column: number) => sheet.head[column] === "run_id";
  return (
    <div class={chartCss.table} style={{ height: `${height}px` }} role="region" aria-label={`${title} as a table`} tabIndex={0}>
      <table>
        <caption>
          {title}
          {sheet.rows.length > MAX_ROWS ? `; the first ${MAX_ROWS} of ${sheet.rows.length} rows` : ""}
        </caption>
        <thead>
          <tr>{sheet.head.map((head, column) => !isHidden(column) && <th key={head} scope="col">{head}</th>)}</tr>
        </thead>
        <tbody>
          {sheet.rows.slice(0, MAX_ROWS).map((row) => (
            <tr key={row.join("\n")}>
              {row.map((cell, column) => !isHidden(column) && <td key={sheet.head[column]}>{cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
