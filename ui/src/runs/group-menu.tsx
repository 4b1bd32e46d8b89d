import type { ListKeysResponse } from "../api/schema";
import { formatCount, plural } from "../lib/format";
import { useState } from "preact/hooks";
import { Popover } from "../shell/popover";
import { columnOf, describeColumn } from "./columns";
import { PARENT, titleOf } from "./grouping";
import css from "./menus.module.css";
import { useKeySearch } from "./use-key-search";
import type { RunsView } from "./view-state";

const MAX_KEYS = 4;
const SHOWN = 60;

interface GroupMenuProps {
  readonly experimentIds: readonly string[];
  readonly keys: ListKeysResponse | null;
  readonly hasSeveralExperiments: boolean;
  readonly view: RunsView;
  readonly change: (part: Partial<RunsView>, isStep?: boolean) => void;
}

/** The button that chooses what runs are grouped by. */
export function GroupMenu(props: GroupMenuProps) {
  const { group } = props.view;
  const label = group.length > 0 ? `Group: ${group.map(titleOf).join(", ")}` : "Group";
  return (
    <Popover label={label} trigger={<Cut text={label} />}>
      {() => <GroupChoices {...props} />}
    </Popover>
  );
}

function GroupChoices({ experimentIds, keys, hasSeveralExperiments, view, change }: GroupMenuProps) {
  const [typed, setTyped] = useState("");
  const wanted = typed.toLowerCase();
  const found = useKeySearch(experimentIds, keys, typed);
  const varied = found.filter(({ kind, distinct }) => (kind === "param" || kind === "tag") && distinct > 1).map(columnOf);
  const notes = new Map(found.map((key) => [columnOf(key), `${key.distinct >= 100 ? "100+" : formatCount(key.distinct)} values`]));
  const fixed = [...(hasSeveralExperiments ? ["attributes.experiment_id"] : []), "attributes.status", "attributes.user_id", "datasets.name", PARENT];
  const all = [...varied, ...fixed].filter((id) => !view.group.includes(id) && titleOf(id).toLowerCase().includes(wanted));
  const toggle = (id: string) => {
    const group = view.group.includes(id) ? view.group.filter((known) => known !== id) : [...view.group, id];
    const color = group.length > 0 && view.color === "" ? "group" : group.length === 0 && view.color === "group" ? "" : view.color;
    change({ group, color }, true);
  };
  const choice = (id: string) => (
    <label key={id}>
      <input type="checkbox" checked={view.group.includes(id)} disabled={!view.group.includes(id) && view.group.length >= MAX_KEYS} onChange={() => toggle(id)} />
      <span>{titleOf(id)}</span>
      <small>{notes.get(id) ?? ""}</small>
    </label>
  );
  return (
    <div class={css.panel}>
      <input class="field" type="search" aria-label="Search keys to group by" placeholder="Group by…" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      <div class={css.scroll}>
        {view.group.map(choice)}
        {all.slice(0, SHOWN).map(choice)}
        {all.length > SHOWN && <p>{plural(all.length - SHOWN, "more key")}: search to see them.</p>}
        {all.length === 0 && view.group.length === 0 && <p>No key matches “{typed}”.</p>}
      </div>
      {view.group.length > 0 && (
        <div class={css.buttons}>
          <button type="button" class="button small" onClick={() => change({ group: [], color: view.color === "group" ? "" : view.color }, true)}>
            Do not group
          </button>
        </div>
      )}
    </div>
  );
}

interface ColorMenuProps {
  readonly columns: readonly string[];
  readonly view: RunsView;
  readonly change: (part: Partial<RunsView>, isStep?: boolean) => void;
}

/** The button that chooses what colours mean. */
export function ColorMenu({ columns, view, change }: ColorMenuProps) {
  const label = `Colour: ${nameColor(view.color)}`;
  const offered = columns.filter((id) => describeColumn(id).kind === "metrics" || describeColumn(id).kind === "params");
  const choices = ["", ...(view.group.length > 0 ? ["group"] : []), ...new Set([...offered, ...(view.color.includes(".") ? [view.color] : [])])];
  return (
    <Popover label={label} trigger={<Cut text={label} />}>
      {(close) => (
        <div class={css.panel}>
          <div class={css.scroll} role="radiogroup" aria-label="Colour by">
            {choices.map((color) => (
              <label key={color}>
                <input
                  type="radio"
                  name="color"
                  checked={view.color === color}
                  onChange={() => {
                    change({ color }, true);
                    close();
                  }}
                />
                <span>{nameColor(color)}</span>
                <small>{color.includes("metrics.") ? "gradient" : color.startsWith("params.") ? "by value" : ""}</small>
              </label>
            ))}
          </div>
        </div>
      )}
    </Popover>
  );
}

function nameColor(color: string): string {
  return color === "" ? "run" : color === "group" ? "group" : describeColumn(color).title;
}

function Cut({ text }: { readonly text: string }) {
  return <span class={css.cut}>{text}</span>;
}
