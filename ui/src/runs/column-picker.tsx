import { useState } from "preact/hooks";
import type { KeySummary, ListKeysResponse } from "../api/schema";
import gridCss from "../grid/grid.module.css";
import { formatCount, plural } from "../lib/format";
import { Popover } from "../shell/popover";
import { ATTRIBUTES, BADGES, columnOf, DATASETS, describeColumn, isOffered } from "./columns";
import css from "./runs.module.css";
import { useKeySearch } from "./use-key-search";

const MAX_SHOWN = 200;

interface PickerProps {
  readonly experimentIds: readonly string[];
  readonly columns: readonly string[];
  readonly keys: ListKeysResponse | null;
  readonly onColumns: (columns: readonly string[] | null) => void;
}

/** The button that opens the list of columns. */
export function ColumnPicker(props: PickerProps) {
  const { keys } = props;
  const known = keys && keys.total > keys.keys.length ? keys.total : (keys?.keys.filter(isOffered).length ?? 0);
  const total = known + ATTRIBUTES.length + DATASETS.length;
  const label = `Columns ${props.columns.length}/${formatCount(total)}`;
  return (
    <Popover label={label} trigger={label}>
      {() => <Choices {...props} />}
    </Popover>
  );
}

function Choices({ experimentIds, columns, keys, onColumns }: PickerProps) {
  const [typed, setTyped] = useState("");
  const offered = useKeySearch(experimentIds, keys, typed).filter(isOffered);
  const groups = [
    { title: "Attributes", items: [...ATTRIBUTES.map(attributeItem), ...DATASETS.map((id) => ({ id, name: describeColumn(id).title, note: "" }))].filter(({ name }) => matches(name, typed)) },
    ...(["metric", "param", "tag"] as const).map((kind) => ({
      title: `${kind === "metric" ? "Metrics" : kind === "param" ? "Parameters" : "Tags"}`,
      items: offered.filter((key) => key.kind === kind).map(keyItem),
    })),
  ];
  const toggle = (id: string) => {
    onColumns(columns.includes(id) ? columns.filter((known) => known !== id) : [...columns, id]);
  };
  return (
    <div class={css.picker}>
      <div class={css.pickerHead}>
        <input
          class="field"
          type="search"
          aria-label="Search columns"
          placeholder="Search columns"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <button type="button" class="button" onClick={() => onColumns(null)}>
          Reset
        </button>
      </div>
      <div class={css.pickerList}>
        {groups.map(({ title, items }) => items.length > 0 && (
          <fieldset key={title}>
            <legend>
              {title} <span>{formatCount(items.length)}</span>
            </legend>
            {items.slice(0, MAX_SHOWN).map(({ id, name, note }) => (
              <label key={id}>
                <input type="checkbox" checked={columns.includes(id)} onChange={() => toggle(id)} />
                <KindBadge id={id} />
                <span class={css.pickerName} title={name}>
                  {name}
                </span>
                <span class={css.pickerNote}>{note}</span>
              </label>
            ))}
            {items.length > MAX_SHOWN && <p>{plural(items.length - MAX_SHOWN, "more key")}: search to see them.</p>}
          </fieldset>
        ))}
        {groups.every(({ items }) => items.length === 0) && <p>No column matches “{typed}”.</p>}
      </div>
    </div>
  );
}

/** The letter that tells a metric from a parameter of the same name, as in the header. */
function KindBadge({ id }: { readonly id: string }) {
  const [letter, word] = BADGES[describeColumn(id).kind];
  return letter ? (
    <span class={gridCss.badge} title={word} aria-hidden="true">
      {letter}
    </span>
  ) : null;
}

interface Item {
  readonly id: string;
  readonly name: string;
  readonly note: string;
}

function attributeItem({ name, title }: { readonly name: string; readonly title: string }): Item {
  return { id: `attributes.${name}`, name: title, note: "" };
}

function keyItem(key: KeySummary): Item {
  return { id: columnOf(key), name: key.name, note: plural(key.runs, "run") };
}

function matches(name: string, search: string): boolean {
  return name.toLowerCase().includes(search.toLowerCase());
}
