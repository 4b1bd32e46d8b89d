import { useState } from "preact/hooks";
import { setMainMetric } from "../experiments/settings-api";
import { Facet } from "../query/facet";
import { quoteKey } from "../query/tokens";
import { Anchored, Menu } from "../shell/popover";
import { say } from "../shell/toasts";
import { type Column, type MainMetric, STATISTICS, type Statistic, withStatistic } from "./columns";
import { changeLook, DEFAULT_LOOK, FORMAT_NAMES, FORMATS, MARK_NAMES, MARKS } from "./looks";
import css from "./menus.module.css";
import type { RunTable } from "./table";
import type { RunsView } from "./view-state";

interface ColumnMenuProps {
  readonly column: Column;
  readonly anchor: DOMRect;
  readonly experimentIds: readonly string[];
  readonly table: RunTable;
  readonly columns: readonly string[];
  readonly view: RunsView;
  readonly main: MainMetric | null;
  readonly change: (part: Partial<RunsView>, isStep?: boolean) => void;
  readonly onClose: () => void;
}

const GROUPABLE = new Set(["attributes.status", "attributes.user_id", "attributes.experiment_id"]);
const STATISTIC_NAMES: Readonly<Record<Statistic, string>> = { last: "Last", min: "Min", max: "Max", mean: "Mean" };

/** What can be done with a column of the table. */
export function ColumnMenu(props: ColumnMenuProps) {
  const { column, anchor, experimentIds, view, change, onClose } = props;
  const [isFiltering, setFiltering] = useState(false);
  const plain = withStatistic(column.id, "last");
  const act = (part: Partial<RunsView>) => {
    change(part, true);
    onClose();
  };
  if (isFiltering) {
    return (
      <Anchored anchor={anchor} label={`Filter by ${column.title}`} onClose={onClose}>
        <Facet {...{ experimentIds }} column={plain} title={column.title} search={view.search} onSearch={(search) => change({ search }, true)} />
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
        {(column.isNumeric || isGroupable) && column.id !== "attributes.duration" && column.id !== "attributes.end_time" && (
          <Item onClick={() => setFiltering(true)}>{column.isNumeric ? "Filter to a range…" : "Filter by values…"}</Item>
        )}
        {isGroupable && !view.group.includes(column.id) && <Item onClick={() => act({ group: [...view.group, column.id] })}>Group by this</Item>}
        {view.group.includes(column.id) && <Item onClick={() => act({ group: view.group.filter((id) => id !== column.id) })}>Do not group by this</Item>}
        {column.kind !== "attributes" && <Item onClick={() => act({ color: view.color === column.id ? "" : column.id })}>{view.color === column.id ? "Colour by run" : "Colour by this"}</Item>}
        <Places {...props} act={act} />
        <Item onClick={() => void copyColumn(props)}>Copy the column</Item>
      </Menu>
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
  const at = columns.indexOf(column.id);
  const isPinned = view.pinned.includes(column.id);
  const moveBy = (step: number) => {
    const others = columns.filter((id) => id !== column.id);
    act({ columns: [...others.slice(0, at + step), column.id, ...others.slice(at + step)] });
  };
  return (
    <>
      <Item onClick={() => act({ pinned: isPinned ? view.pinned.filter((id) => id !== column.id) : [...view.pinned, column.id] })}>
        {isPinned ? "Unpin" : "Pin beside the name"}
      </Item>
      {at > 0 && <Item onClick={() => moveBy(-1)}>Move left</Item>}
      {at >= 0 && at < columns.length - 1 && <Item onClick={() => moveBy(1)}>Move right</Item>}
      <Item onClick={() => act({ columns: columns.filter((id) => id !== column.id) })}>Hide</Item>
    </>
  );
}

function MetricChoices({ column, columns, view, main, table, change, experimentIds, onClose }: ColumnMenuProps) {
  const look = view.looks.get(column.id) ?? DEFAULT_LOOK;
  const key = withStatistic(column.id, "last").replace(/^metrics\./, "");
  const setStatistic = (statistic: Statistic) => {
    const next = withStatistic(column.id, statistic);
    const place = (id: string) => (id === column.id ? next : id);
    change({ columns: [...new Set(columns.map(place))], pinned: view.pinned.map(place), sort: view.sort.filter((sorted) => sorted.column !== column.id) }, true);
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
async function copyColumn({ column, table, onClose }: ColumnMenuProps): Promise<void> {
  const values = Array.from({ length: table.count }, (_, run) => table.number(column.id, run) ?? table.text(column.id, run) ?? "");
  onClose();
  await navigator.clipboard.writeText([quoteKey(column.id), ...values].join("\n"));
  say(`${table.count} values copied`);
}
