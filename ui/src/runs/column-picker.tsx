import { useEffect, useState } from "preact/hooks";
import { callNative } from "../api/client";
import type { KeySummary, ListKeysResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import gridCss from "../grid/grid.module.css";
import { formatCount, plural } from "../lib/format";
import { Popover } from "../shell/popover";
import { ATTRIBUTES, BADGES, columnOf, DATASETS, describeColumn, isOffered } from "./columns";
import css from "./runs.module.css";

const MAX_SHOWN = 200;
const PAUSE_MS = 150;

interface PickerProps {
  readonly experimentIds: readonly string[];
  readonly columns: readonly string[];
  readonly keys: ListKeysResponse | null;
  readonly onColumns: (columns: readonly string[] | null) => void;
}

/** The button that opens the list of columns. */
export function ColumnPicker(props: PickerProps) {
  const total = (props.keys?.keys.filter(isOffered).length ?? 0) + ATTRIBUTES.length;
  const label = `Columns ${props.columns.length}/${formatCount(total)}`;
  return (
    <Popover label={label} trigger={label}>
      {() => <Choices {...props} />}
    </Popover>
  );
}

function Choices({ experimentIds, columns, keys, onColumns }: PickerProps) {
  const [typed, setTyped] = useState("");
  const search = useRested(typed);
  const isCut = keys !== null && keys.total > keys.keys.length;
  const found = useQuery<ListKeysResponse>({
    key: ["keys", experimentIds.join(), search],
    ask: (signal) => callNative("keys/list", { experiment_ids: experimentIds, contains: search }, signal),
    enabled: isCut && search !== "",
  });
  const source = isCut && search !== "" ? found.data : keys;
  const offered = source?.keys.filter((key) => isOffered(key) && matches(key.name, search)) ?? [];
  const groups = [
    { title: "Attributes", items: [...ATTRIBUTES.map(attributeItem), ...DATASETS.map((id) => ({ id, name: describeColumn(id).title, note: "" }))].filter(({ name }) => matches(name, search)) },
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
        {groups.every(({ items }) => items.length === 0) && <p>No column matches “{search}”.</p>}
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

/** Return the text once it rests. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
