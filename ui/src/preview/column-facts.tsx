import { readNative, type Question } from "../api/client";
import type { ColumnSummary, SummarizeTableResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatCount, formatValue } from "../charts/numbers";
import css from "./preview.module.css";

const BAR = 5;
const HEIGHT = 14;

/** Sum up a column in a few words: the range of numbers, else what is common, or how many different ones there are. */
export function describeColumn({ distinct, empty, low, high, common = {} }: ColumnSummary, rows: number): string {
  const rest = empty > 0 ? `, ${formatCount(empty)} empty` : "";
  if (distinct === 0) return rows === 0 ? "" : "all empty";
  if (low != null && high != null) return `${low === high ? "" : `${formatValue(Number(low))} to `}${formatValue(Number(high))}${rest}`;
  const [first] = Object.entries(common);
  const share = first ? first[1] / (rows - empty) : 0;
  return first && (distinct === 1 || share >= 0.1) ? `${shorten(first[0])} ${Math.round(100 * share)} %${rest}` : `${formatCount(distinct)} different${rest}`;
}

const shorten = (text: string): string => (text.length > 16 ? `${text.slice(0, 15)}…` : text);

/** Say all that is known of a column. */
export function tellColumn(summary: ColumnSummary): string {
  const { name, distinct, empty, mean, common = {} } = summary;
  const facts = [
    `${formatCount(distinct)} different`,
    mean == null ? "" : `mean ${formatValue(Number(mean))}`,
    empty > 0 ? `${formatCount(empty)} empty` : "",
    ...Object.entries(common).map(([value, count]) => `“${shorten(value)}” ${formatCount(count)} times`),
  ];
  return `${name}: ${facts.filter(Boolean).join(" · ")}`;
}

interface ColumnFactsProps {
  readonly question: Question;
  readonly columns: readonly string[];
  readonly types: readonly string[];
}

/** The row below the names of a table's columns: what all rows hold, not only those of the page. */
export function ColumnFacts({ question, columns, types }: ColumnFactsProps) {
  const { data, isPlaceholderData } = useQuery({
    key: ["table-facts", question],
    ask: (signal) => readNative<SummarizeTableResponse>("artifacts/summarize-table", question, signal),
  });
  const known = isPlaceholderData ? undefined : data;
  const rows = known?.rows ?? 0;
  return (
    <tr class={css.types}>
      <th scope="row" title={known?.is_sampled ? `Over the first ${formatCount(rows)} rows` : "Over all rows"}>
        {known?.is_sampled ? `first ${formatCount(rows)}` : "all"}
      </th>
      {columns.map((column, index) => {
        const summary = known?.columns[index];
        return (
          <th key={index} scope="col" data-number={summary?.low != null} title={summary ? tellColumn(summary) : column}>
            {summary?.bins && summary.bins.length > 0 && <Bins bins={summary.bins} />}
            {types[index] ? `${types[index]} ` : ""}
            {summary ? describeColumn(summary, rows) : "…"}
          </th>
        );
      })}
    </tr>
  );
}

/** How the numbers of a column spread over their range. */
function Bins({ bins }: { readonly bins: readonly number[] }) {
  const most = Math.max(...bins);
  return (
    <svg class={css.bins} width={bins.length * BAR} height={HEIGHT} aria-hidden="true">
      {bins.map((count, place) => {
        const height = count === 0 ? 0 : Math.max(1, (HEIGHT * count) / most);
        return <rect key={place} x={place * BAR} y={HEIGHT - height} width={BAR - 1} height={height} />;
      })}
    </svg>
  );
}
