import { useState } from "preact/hooks";
import { setMainMetric } from "../experiments/settings-api";
import { Facet } from "../query/facet";
import { plural } from "../lib/format";
import { quoteKey } from "../query/tokens";
import { copyAndSay } from "../shell/copy";
import { Anchored, Menu } from "../shell/popover";
import { say } from "../shell/toasts";
import { MODELS } from "./cells";
import { type Column, describeColumn, type MainMetric, moveBy, STATISTICS, type Statistic, withStatistic } from "./columns";
import { changeLook, DEFAULT_LOOK, FORMAT_NAMES, FORMATS, MARK_NAMES, MARKS } from "./looks";
import type { ChosenKey } from "./key-dialog";
import css from "./menus.module.css";
import type { RunTable } from "./table";
import { fitColumn } from "./use-places";
import type { RunsView } from "./view-state";
import { setWidth, widths } from "./widths";

interface ColumnMenuProps {
  readonly column: Column;
  readonly anchor: DOMRect;
  readonly experimentIds: readonly string[];
  readonly table: RunTable;
  readonly columns: readonly string[];
  readonly view: RunsView;
  readonly main: MainMetric | null;
  readonly change: (part: Partial<RunsView>, isStep?: boolean) => void;
  /** The reader wants to rename or delete the key; absent where runs cannot be changed. */
  readonly onKey: ((key: ChosenKey) => void) | undefined;
  readonly onClose: () => void;
}

const WIDTH_STEP = 24;
const GROUPABLE = new Set(["attributes.status", "attributes.user_id", "attributes.experiment_id"]);
const STATISTIC_NAMES: Readonly<Record<Statistic, string>> = { last: "Last", min: "Min", max: "Max", mean: "Mean", first: "First" };

/** What can be done with a column of the table. */
export function ColumnMenu(props: ColumnMenuProps) {
  const { column, anchor, experimentIds, view, change, onKey, onClose } = props;
  const [isFiltering, setFiltering] = useState(false);
  const plain = withStatistic(column.id, "last");
  const act = (part: Partial<RunsView>) => {
    change(part, true);
    onClose();
  };
  if (isFiltering) {
    return (
      <Anchored anchor={anchor} label={`Filter by ${column.title}`} onClose={onClose}>
        <Facet {...{ experimentIds }} column={plain} title={describeColumn(plain).title} search={view.search} onSearch={(search) => change({ search }, true)} />
      </Anchored>
    );
  }
  const isGroupable = column.kind === "params" || column.kind === "tags" || column.kind === "datasets" || GROUPABLE.has(column.id);
  const sort = (isDescending: boolean) => act({ sort: [{ column: column.id, isDescending }] });
  return (
    <Anchored anchor={anchor} label={`Menu of ${column.title}`} onClose={onClose}>
      {column.kind === "metrics" && <MetricChoices {...props} />}
      <Menu>
        {column.isSortable && (
          <>
            <Item onClick={() => sort(false)}>Sort ascending</Item>
            <Item onClick={() => sort(true)}>Sort descending</Item>
          </>
        )}
        {(column.isNumeric || isGroupable) && column.id !== MODELS && (
          <Item onClick={() => setFiltering(true)}>
            {!column.isNumeric ? "Filter by values…" : column.statistic === "last" ? "Filter to a range…" : "Filter to a range of the last value…"}
          </Item>
        )}
        {isGroupable && !view.group.includes(column.id) && <Item onClick={() => act({ group: [...view.group, column.id] })}>Group by this</Item>}
        {view.group.includes(column.id) && <Item onClick={() => act({ group: view.group.filter((id) => id !== column.id) })}>Do not group by this</Item>}
        {column.kind !== "attributes" && <Item onClick={() => act({ color: view.color === column.id ? "" : column.id })}>{view.color === column.id ? "Colour by run" : "Colour by this"}</Item>}
        <Places {...props} act={act} />
        {onKey && (column.kind === "metrics" || column.kind === "params") && (
          <Item
            onClick={() => {
              onClose();
              onKey({ kind: column.kind === "metrics" ? "metric" : "param", name: plain.slice(plain.indexOf(".") + 1) });
            }}
          >
            Rename or delete the key…
          </Item>
        )}
        <Item onClick={() => void copyColumn(props)}>Copy the column</Item>
      </Menu>
      <Width {...props} />
    </Anchored>
  );
}

function Item({ onClick, children }: { readonly onClick: () => void; readonly children: string }) {
  return (
    <button type="button" onClick={onClick}>
      {children}
    </button>
  );
}

function Places({ column, columns, view, act }: ColumnMenuProps & { readonly act: (part: Partial<RunsView>) => void }) {
  const isPinned = view.pinned.includes(column.id);
  const order = { columns, pinned: view.pinned };
  const peers = columns.filter((id) => view.pinned.includes(id) === isPinned);
  const at = peers.indexOf(column.id);
  return (
    <>
      <Item onClick={() => act({ pinned: isPinned ? view.pinned.filter((id) => id !== column.id) : [...view.pinned, column.id] })}>
        {isPinned ? "Unpin" : "Pin beside the name"}
      </Item>
      {at > 0 && <Item onClick={() => act(moveBy(order, column.id, -1))}>Move left</Item>}
      {at >= 0 && at < peers.length - 1 && <Item onClick={() => act(moveBy(order, column.id, 1))}>Move right</Item>}
      <Item onClick={() => act({ columns: columns.filter((id) => id !== column.id) })}>Hide</Item>
    </>
  );
}

function Width({ column, table, view }: ColumnMenuProps) {
  const width = widths.value.get(column.id) ?? column.width;
  return (
    <div class={css.width}>
      <span>Width</span>
      <div class="segments" role="group" aria-label="Width of the column">
        <button type="button" aria-label="Narrower" onClick={() => setWidth(column.id, width - WIDTH_STEP)}>
          −
        </button>
        <button type="button" aria-label="Wider" onClick={() => setWidth(column.id, width + WIDTH_STEP)}>
          +
        </button>
        <button type="button" onClick={() => setWidth(column.id, fitColumn(table, view, column.id))}>
          Fit
        </button>
        <button type="button" onClick={() => setWidth(column.id, 0)}>
          Reset
        </button>
      </div>
    </div>
  );
}

function MetricChoices({ column, columns, view, main, table, change, experimentIds, onClose }: ColumnMenuProps) {
  const look = view.looks.get(column.id) ?? DEFAULT_LOOK;
  const key = withStatistic(column.id, "last").replace(/^metrics\./, "");
  const setStatistic = (statistic: Statistic) => {
    const next = withStatistic(column.id, statistic);
    const place = (id: string) => (id === column.id ? next : id);
    const others = view.sort.filter((sorted) => sorted.column !== next);
    const sort = others.map((sorted) => ({ ...sorted, column: place(sorted.column) }));
    change({ columns: [...new Set(columns.map(place))], pinned: view.pinned.map(place), sort }, true);
    onClose();
  };
  const best = table.isLess(column.id) ? "min" : "max";
  const makeMain = async (isLess: boolean) => {
    onClose();
    for (const id of experimentIds) await setMainMetric(id, { key, isLess });
    say(`${key} is the main metric; ${isLess ? "less" : "more"} is better`);
  };
  return (
    <div class={css.choices}>
      <div class="segments" role="group" aria-label="Which value">
        {STATISTICS.map((statistic) => (
          <button key={statistic} type="button" aria-pressed={column.statistic === statistic} onClick={() => setStatistic(statistic)}>
            {STATISTIC_NAMES[statistic]}
            {statistic === best && <span title="The best"> ★</span>}
          </button>
        ))}
      </div>
      <div class="segments" role="group" aria-label="Behind the numbers">
        {MARKS.map((mark) => (
          <button key={mark} type="button" aria-pressed={look.mark === mark} onClick={() => change({ looks: changeLook(view.looks, column.id, { mark }) }, true)}>
            {MARK_NAMES[mark]}
          </button>
        ))}
      </div>
      <label>
        Numbers
        <select
          class="field"
          value={look.format}
          onChange={(event) => {
            const format = FORMATS.find((known) => known === event.currentTarget.value);
            if (format) change({ looks: changeLook(view.looks, column.id, { format }) }, true);
          }}
        >
          {FORMATS.map((format) => (
            <option key={format} value={format}>
              {FORMAT_NAMES[format]}
            </option>
          ))}
        </select>
      </label>
      <div class={css.main}>
        <span>{main?.key === key ? `Main metric, ${main.isLess ? "less" : "more"} is better` : "Main metric:"}</span>
        <button type="button" class="button small" onClick={() => void makeMain(false)}>
          More is better
        </button>
        <button type="button" class="button small" onClick={() => void makeMain(true)}>
          Less is better
        </button>
      </div>
    </div>
  );
}

/** Copy the values in the order of the table, one a line, under the column's name. */
function copyColumn({ column, table, onClose }: ColumnMenuProps): Promise<void> {
  const values = Array.from({ length: table.count }, (_, run) => table.number(column.id, run) ?? table.text(column.id, run) ?? "");
  onClose();
  return copyAndSay([quoteKey(column.id), ...values].join("\n"), plural(table.count, "value"));
}
