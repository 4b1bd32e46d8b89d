import { useEffect, useState } from "preact/hooks";
import { readTable, type TablePage } from "../artifacts/artifacts-api";
import { formatCount } from "../charts/numbers";
import css from "./preview.module.css";

const PAGE = 200;

const isNumeric = (text: string): boolean => text !== "" && !Number.isNaN(Number(text));

/** A table of text, page by page; the server reads the file. */
export function TablePreview({ runId, path }: { readonly runId: string; readonly path: string }) {
  const [offset, setOffset] = useState(0);
  const [page, setPage] = useState<TablePage | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    const controller = new AbortController();
    readTable(runId, path, offset, PAGE, controller.signal).then(
      (answer) => {
        setPage(answer);
        setError("");
      },
      (failure: unknown) => {
        if (!controller.signal.aborted) setError(failure instanceof Error ? failure.message : String(failure));
      },
    );
    return () => controller.abort();
  }, [runId, path, offset]);
  if (error) return <p role="alert" class={css.error}>{`The table cannot be read. ${error}`}</p>;
  if (!page) return <p class={css.hint}>Reading…</p>;
  return (
    <div class={css.text}>
      <div class={css.tools}>
        <span role="status">
          {page.rows.length === 0
            ? "No rows"
            : `Rows ${formatCount(offset + 1)} to ${formatCount(offset + page.rows.length)}${page.more ? "" : ", the last"}`}{" "}
          · {formatCount(page.columns.length)} columns
        </span>
        <span class={css.more}>
          <button type="button" class="button small" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>
            Previous
          </button>
          <button type="button" class="button small" disabled={!page.more} onClick={() => setOffset(offset + PAGE)}>
            Next
          </button>
        </span>
      </div>
      <div class={css.tableHost} tabIndex={0} role="region" aria-label={`Table of ${path}`}>
        <table class={css.table}>
          <thead>
            <tr>
              <th scope="col" aria-label="Row">
                #
              </th>
              {page.columns.map((column, index) => (
                <th scope="col" key={index}>
                  {column}
                </th>
              ))}
            </tr>
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
