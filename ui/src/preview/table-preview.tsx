import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { readTable, type TablePage } from "../artifacts/artifacts-api";
import { formatCount } from "../charts/numbers";
import { plural } from "../lib/format";
import { ColumnFacts } from "./column-facts";
import css from "./preview.module.css";

const PAGE = 200;
/** Columns that are shown at once: the browser is slow with tables of more. */
const COLUMNS = 30;

const isNumeric = (text: string): boolean => text !== "" && !Number.isNaN(Number(text));

/** Whether the cells of a column in view are numbers, as far as they are filled. */
function isNumericColumn({ rows }: TablePage, column: number): boolean {
  const filled = rows.map((row) => row[column] ?? "").filter((cell) => cell !== "");
  return filled.length > 0 && filled.every(isNumeric);
}

interface Order {
  readonly sort: string;
  readonly descending: boolean;
}

/** Return the order after a click on a column's name: up, down, as in the file. */
export function nextOrder(order: Order, column: string): Order {
  if (order.sort !== column) return { sort: column, descending: false };
  return order.descending ? { sort: "", descending: false } : { sort: column, descending: true };
}

function describeRows({ rows, more, total, columns, columnTotal }: TablePage, offset: number, isFiltered: boolean): string {
  const what = columnTotal === null ? plural(columns.length, "column") : "";
  const join = (text: string) => [text, what].filter(Boolean).join(" · ");
  if (rows.length === 0) return join(isFiltered ? "No row matches" : "No rows");
  const range = `Rows ${formatCount(offset + 1)} to ${formatCount(offset + rows.length)}`;
  const end = total !== null ? ` of ${formatCount(total)}` : more ? "" : ", the last";
  return join(`${range}${isFiltered ? " that match" : ""}${end}`);
}

function Filter({ label, onFilter }: { readonly label: string; readonly onFilter: (text: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    if (typed === null) return undefined;
    const timer = setTimeout(() => onFilter(typed.trim()), 250);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <input
      class="field"
      type="search"
      placeholder={label}
      aria-label={label}
      value={typed ?? ""}
      onInput={(event) => setTyped(event.currentTarget.value)}
    />
  );
}

interface ColumnRange {
  readonly columnOffset: number;
  readonly columnsContaining: string;
}

interface ColumnPagerProps extends ColumnRange {
  readonly page: TablePage;
  readonly onRange: (range: ColumnRange) => void;
}

/** Which columns of a wide table are shown. */
function ColumnPager({ page: { columns, columnTotal }, columnOffset, columnsContaining, onRange }: ColumnPagerProps) {
  const move = (by: number) => onRange({ columnOffset: Math.max(0, columnOffset + by), columnsContaining });
  const end = columnOffset + columns.length;
  const total = formatCount(columnTotal ?? end);
  return (
    <div class={css.tools} role="group" aria-label="Columns">
      <Filter label="Find columns" onFilter={(text) => onRange({ columnOffset: 0, columnsContaining: text })} />
      <span role="status">
        {columns.length === 0 ? "No column has such a name" : `Columns ${formatCount(columnOffset + 1)} to ${formatCount(end)} of ${total}${columnsContaining ? " found" : ""}`}
      </span>
      <span class={css.more}>
        <button type="button" class="button small" disabled={columnOffset === 0} onClick={() => move(-COLUMNS)}>
          Previous columns
        </button>
        <button type="button" class="button small" disabled={end >= (columnTotal ?? end)} onClick={() => move(COLUMNS)}>
          Next columns
        </button>
      </span>
    </div>
  );
}

interface TablePreviewProps {
  readonly runId: string;
  readonly path: string;
  readonly member?: string;
  /** What is shown of a file that is no table. */
  readonly instead?: ComponentChildren;
}

/** A table of text, page by page; the server reads the file. */
export function TablePreview({ runId, path, member = "", instead }: TablePreviewProps) {
  const [offset, setOffset] = useState(0);
  const [contains, setContains] = useState("");
  const [order, setOrder] = useState<Order>({ sort: "", descending: false });
  const [range, setRange] = useState<ColumnRange>({ columnOffset: 0, columnsContaining: "" });
  const [page, setPage] = useState<TablePage | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    const controller = new AbortController();
    readTable(runId, { path, member, offset, limit: PAGE, contains, ...order, ...range, columnLimit: COLUMNS }, controller.signal).then(
      (answer) => {
        setPage(answer);
        setError("");
      },
      (failure: unknown) => {
        if (!controller.signal.aborted) setError(failure instanceof Error ? failure.message : String(failure));
      },
    );
    return () => controller.abort();
  }, [runId, path, offset, contains, order, range]);
  if (error) {
    return (
      <>
        <p role="alert" class={css.error}>
          The table cannot be read. {error}{" "}
          {order.sort && (
            <button type="button" class="button small" onClick={() => setOrder({ sort: "", descending: false })}>
              Take the order of the file
            </button>
          )}
        </p>
        {!order.sort && instead}
      </>
    );
  }
  if (!page) return <p class={css.hint}>Reading…</p>;
  return (
    <div class={css.text}>
      <div class={css.tools}>
        <Filter
          label="Filter rows"
          onFilter={(text) => {
            setOffset(0);
            setContains(text);
          }}
        />
        <span role="status">{describeRows(page, offset, contains !== "")}</span>
        {page.about && <span>{page.about}</span>}
        <span class={css.more}>
          <button type="button" class="button small" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>
            Previous
          </button>
          <button type="button" class="button small" disabled={!page.more} onClick={() => setOffset(offset + PAGE)}>
            Next
          </button>
        </span>
      </div>
      {(page.columnTotal !== null || range.columnsContaining !== "") && <ColumnPager page={page} {...range} onRange={setRange} />}
      <div class={css.tableHost} tabIndex={0} role="region" aria-label={`Table of ${path}`}>
        <table class={css.table}>
          <thead>
            <tr>
              <th scope="col" aria-label="Row">
                #
              </th>
              {page.columns.map((column, index) => (
                <th scope="col" key={index} data-number={isNumericColumn(page, index)} aria-sort={order.sort !== column ? undefined : order.descending ? "descending" : "ascending"}>
                  <button
                    type="button"
                    onClick={() => {
                      setOffset(0);
                      setOrder(nextOrder(order, column));
                    }}
                  >
                    {column}
                    <span aria-hidden="true">{order.sort !== column ? "" : order.descending ? " ↓" : " ↑"}</span>
                  </button>
                </th>
              ))}
            </tr>
            <ColumnFacts question={{ run_id: runId, path, member, contains, column_offset: range.columnOffset, column_limit: COLUMNS, columns_containing: range.columnsContaining }} {...page} />
          </thead>
          <tbody>
            {page.rows.map((row, index) => (
              <tr key={offset + index}>
                <th scope="row">{offset + index + 1}</th>
                {row.map((text, column) => (
                  <td key={column} data-number={isNumeric(text)} title={text.length > 60 ? text : undefined}>
                    {text}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
