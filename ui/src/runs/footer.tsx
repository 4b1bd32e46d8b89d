import { useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import { comparePage } from "../compare/open";
import { formatCount, plural } from "../lib/format";
import { liveState } from "../lib/live";
import { navigate } from "../lib/location";
import { useActions } from "../palette/actions";
import { copyAndSay } from "../shell/copy";
import { Icon } from "../shell/icons";
import { Menu, Popover } from "../shell/popover";
import { type Asking, BulkDialog } from "./bulk-dialogs";
import { type Exported, saveFile, type Search, toCsv, toJson, toMarkdown, toParquet, toPython } from "./export";
import css from "./runs.module.css";
import type { RunTable } from "./table";
import { ROW_LIMIT } from "./use-runs";

interface FooterProps {
  readonly table: RunTable;
  readonly columns: readonly string[];
  readonly selected: readonly string[];
  readonly isArchive: boolean;
  readonly search: Search;
  readonly groups: number;
  readonly name: string;
  readonly asking: Asking | null;
  readonly onAsk: (asking: Asking | null) => void;
  readonly onSelect: (selected: readonly string[]) => void;
  /** Archive the selected runs, or restore them. */
  readonly onArchive: () => void;
  readonly onTag: (key: string, value: string | null) => Promise<void>;
  readonly onMove: (experimentId: string) => Promise<void>;
  /** Rename or delete a metric or param of the selected runs. */
  readonly onKeys: () => void;
}

/** What is selected and how much there is, with what can be done with it. */
export function Footer(props: FooterProps) {
  const { table, selected, isArchive, groups, asking, onAsk, onSelect, onArchive } = props;
  const { matched, total, running } = table.answer;
  const mayEdit = useRefusal("EDIT") === "";
  const count = formatCount(selected.length);
  useSelectionActions(props);
  return (
    <footer class={css.footer}>
      <span role="status">
        {selected.length > 0 && <b>{count} selected of </b>}
        {formatCount(matched)} matching · {formatCount(total)} {isArchive ? "archived" : "total"}
        {groups > 0 && ` · ${plural(groups, "group")}`}
        {matched > ROW_LIMIT && ` · first ${formatCount(ROW_LIMIT)} shown`}
      </span>
      {selected.length > 0 && (
        <>
          {selected.length > 1 && (
            <button type="button" class="button small primary" onClick={() => navigate(comparePage(selected))}>
              Compare {count}
            </button>
          )}
          {!isArchive && mayEdit && (
            <>
              <button type="button" class="button small" onClick={() => onAsk("tag")}>
                Tag…
              </button>
              <button type="button" class="button small" onClick={() => onAsk("move")}>
                Move…
              </button>
              <button type="button" class="button small" onClick={props.onKeys}>
                Keys…
              </button>
            </>
          )}
          {mayEdit && (
            <button type="button" class="button small" onClick={onArchive}>
              {isArchive ? "Restore" : "Archive"} {count}
            </button>
          )}
          <button type="button" class="button small quiet" onClick={() => onSelect([])}>
            Clear
          </button>
        </>
      )}
      {table.count > 0 && <ExportMenu {...props} />}
      <span class={css.live}>
        {running > 0 && (
          <>
            <span class="dot" data-tone="run" /> {formatCount(running)} running
          </>
        )}
        {liveState.value === "lost" && " · live updates paused, reconnecting"}
      </span>
      {asking && mayEdit && <BulkDialog asking={asking} count={selected.length} onTag={props.onTag} onMove={props.onMove} onClose={() => onAsk(null)} />}
    </footer>
  );
}

/** Let the palette do what the buttons do. */
function useSelectionActions({ selected, isArchive, onAsk, onSelect, onArchive }: FooterProps): void {
  const note = plural(selected.length, "selected run");
  const action = (text: string, act: () => void, isOff = false) => (isOff ? [] : [{ text, note, act }]);
  const actions = [
    ...action("Compare", () => navigate(comparePage(selected)), selected.length < 2),
    ...action("Tag…", () => onAsk("tag"), isArchive),
    ...action("Move…", () => onAsk("move"), isArchive),
    ...action(isArchive ? "Restore" : "Archive", onArchive),
    ...action("Clear the selection", () => onSelect([])),
  ];
  useActions(selected.length > 0 ? actions : [], `${isArchive} ${selected.join()}`);
}

function ExportMenu({ table, columns, selected, search, name }: FooterProps) {
  const [isWhole, setWhole] = useState(false);
  const file = name.replaceAll(/[^\w.-]+/g, "-") || "runs";
  const chosen = new Set(selected);
  const isAll = isWhole || selected.length === 0;
  const runs = Array.from({ length: table.count }, (_, run) => run).filter((run) => isAll || chosen.has(table.id(run)));
  const exported: Exported = { table, runs, columns };
  const save = (ending: string, type: string, content: string | ArrayBuffer) => saveFile(`${file}.${ending}`, type, content);
  const size = plural(runs.length, "run");
  const actions: readonly (readonly [string, () => unknown])[] = [
    [`CSV, ${size}`, () => save("csv", "text/csv", toCsv(exported))],
    [`JSON, ${size}`, () => save("json", "application/json", toJson(exported))],
    [`Parquet, ${size}`, async () => save("parquet", "application/vnd.apache.parquet", await toParquet(exported))],
    [`Copy as Markdown, ${size}`, () => copyAndSay(toMarkdown(exported), "Table")],
    ["Copy as pandas code", () => copyAndSay(toPython(search), "Code")],
  ];
  return (
    <Popover label="Export" buttonClass="button small" trigger={<>Export <Icon name="down" small /></>}>
      {(close) => (
        <Menu>
          {selected.length > 0 && (
            <label class={css.exportAll}>
              <input type="checkbox" checked={isWhole} onChange={() => setWhole(!isWhole)} /> All {formatCount(table.count)} runs
            </label>
          )}
          {actions.map(([text, act]) => (
            <button
              key={text}
              type="button"
              onClick={() => {
                close();
                void act();
              }}
            >
              {text}
            </button>
          ))}
        </Menu>
      )}
    </Popover>
  );
}
