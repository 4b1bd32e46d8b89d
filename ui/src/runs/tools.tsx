import { useState } from "preact/hooks";
import { Chips } from "../query/chips";
import { QueryBox } from "../query/query-box";
import { errorPosition, isPlain } from "../query/tokens";
import { useOffers } from "../query/use-offers";
import { ColumnPicker } from "./column-picker";
import { ColorMenu, GroupMenu } from "./group-menu";
import css from "./runs.module.css";
import type { RunsData } from "./use-runs";
import type { Change } from "./use-workspace";
import { type Layout, LAYOUTS, type RunsView } from "./view-state";

const LAYOUT_NAMES: Record<Layout, string> = { table: "Table", split: "Split", charts: "Charts" };
const CHIPS = "headwater.chips";

interface ToolsProps {
  readonly identity: string;
  readonly data: RunsData;
  readonly view: RunsView;
  readonly change: Change;
}

/** The row of tools above the table: the filter, as text or as chips, columns, groups, colours and layout. */
export function Tools({ identity, data, view, change }: ToolsProps) {
  const { offers, onPlace } = useOffers(data.experimentIds, data.keys);
  const [hasChips, setChips] = useState(localStorage.getItem(CHIPS) === "on");
  const toggleChips = () => {
    setChips(!hasChips);
    localStorage.setItem(CHIPS, hasChips ? "off" : "on");
  };
  return (
    <div class={css.tools}>
      <QueryBox
        value={view.search}
        label="Filter runs"
        placeholder="Words in the name, id or tags, or metrics.auc > 0.9 AND params.model = 'xgb'"
        error={data.filterError}
        errorAt={isPlain(view.search) ? -1 : errorPosition(data.filterError)}
        offers={offers}
        onPlace={onPlace}
        onChange={(search) => change({ search })}
      />
      <div class={css.toolButtons}>
        <button type="button" class="button" aria-pressed={hasChips} onClick={toggleChips}>
          Chips
        </button>
        <ColumnPicker experimentIds={data.experimentIds} columns={data.columns} keys={data.keys} onColumns={(columns) => change({ columns })} />
        <GroupMenu experimentIds={data.experimentIds} keys={data.keys} hasSeveralExperiments={identity.includes(",")} {...{ view, change }} />
        <ColorMenu columns={data.columns} {...{ view, change }} />
        <div class="segments" role="group" aria-label="Layout">
          {LAYOUTS.map((layout) => (
            <button key={layout} type="button" aria-pressed={view.layout === layout} data-layout={layout} onClick={() => change({ layout }, true)}>
              {LAYOUT_NAMES[layout]}
            </button>
          ))}
        </div>
      </div>
      {hasChips && <Chips experimentIds={data.experimentIds} keys={data.keys} search={view.search} filter={data.filter} onSearch={(search) => change({ search }, true)} />}
    </div>
  );
}
