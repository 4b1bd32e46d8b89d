import { formatCount } from "../lib/format";
import { liveState } from "../lib/live";
import { Icon } from "../shell/icons";
import { Menu, Popover } from "../shell/popover";
import { moveRuns } from "./archive";
import { saveFile, toCsv, toJson } from "./export";
import css from "./runs.module.css";
import type { RunTable } from "./table";
import { ROW_LIMIT } from "./use-runs";

interface FooterProps {
  readonly table: RunTable;
  readonly columns: readonly string[];
  readonly selected: readonly string[];
  readonly isArchive: boolean;
  readonly onSelect: (selected: readonly string[]) => void;
  readonly name: string;
}

/** What is selected and how much there is, with what can be done with it. */
export function Footer({ table, columns, selected, isArchive, onSelect, name }: FooterProps) {
  const { matched, total, running } = table.answer;
  const file = name.replaceAll(/[^\w.-]+/g, "-") || "runs";
  const move = () => {
    onSelect([]);
    void moveRuns(isArchive ? "restore" : "delete", selected);
  };
  return (
    <footer class={css.footer}>
      <span role="status">
        {selected.length > 0 && <b>{formatCount(selected.length)} selected · </b>}
        {formatCount(matched)} matching · {formatCount(total)} {isArchive ? "archived" : "total"}
        {matched > ROW_LIMIT && ` · first ${formatCount(ROW_LIMIT)} shown`}
      </span>
      {selected.length > 0 && (
        <>
          <button type="button" class="button small" onClick={move}>
            {isArchive ? "Restore" : "Archive"} {formatCount(selected.length)}
          </button>
          <button type="button" class="button small quiet" onClick={() => onSelect([])}>
            Clear
          </button>
        </>
      )}
      {table.count > 0 && (
        <Popover label="Export" buttonClass="button small" trigger={<>Export <Icon name="down" small /></>}>
          {(close) => (
            <Menu>
              <button
                type="button"
                onClick={() => {
                  saveFile(`${file}.csv`, "text/csv", toCsv(table, columns));
                  close();
                }}
              >
                CSV, {formatCount(table.count)} runs
              </button>
              <button
                type="button"
                onClick={() => {
                  saveFile(`${file}.json`, "application/json", toJson(table, columns));
                  close();
                }}
              >
                JSON, {formatCount(table.count)} runs
              </button>
            </Menu>
          )}
        </Popover>
      )}
      <span class={css.live}>
        {running > 0 && (
          <>
            <span class="dot" data-tone="run" /> {formatCount(running)} running
          </>
        )}
        {liveState.value === "lost" && " · live updates paused, reconnecting"}
      </span>
    </footer>
  );
}
