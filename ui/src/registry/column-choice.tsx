import { useState } from "preact/hooks";
import type { QueryVersionsResponse } from "../api/schema";
import { formatCount, plural } from "../lib/format";
import { Popover } from "../shell/popover";
import css from "./versions.module.css";
import { listChoices } from "./version-columns";

const MOST = 200;

interface ColumnChoiceProps {
  readonly table: QueryVersionsResponse;
  readonly shown: readonly string[];
  /** Null leaves the choice to us again. */
  readonly onColumns: (columns: readonly string[] | null) => void;
}

/** The button that opens the list of columns. */
export function ColumnChoice(props: ColumnChoiceProps) {
  return (
    <Popover label="Columns" buttonClass="button" trigger="Columns">
      {() => <Choices {...props} />}
    </Popover>
  );
}

function Choices({ table, shown, onColumns }: ColumnChoiceProps) {
  const [search, setSearch] = useState("");
  const groups = listChoices(table.metrics, table.params, search);
  const toggle = (id: string) => onColumns(shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id]);
  return (
    <div class={css.choices}>
      <div class={css.choicesHead}>
        <input class="field" type="search" aria-label="Search columns" placeholder="Search columns" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        <button type="button" class="button" onClick={() => onColumns(null)}>
          Reset
        </button>
      </div>
      <div class={css.choicesList}>
        {groups.map(({ title, items }) => (
          <fieldset key={title}>
            <legend>
              {title} <span>{formatCount(items.length)}</span>
            </legend>
            {items.slice(0, MOST).map(({ id, name, note }) => (
              <label key={id}>
                <input type="checkbox" checked={shown.includes(id)} onChange={() => toggle(id)} />
                <span class={css.choiceName} title={name}>
                  {name}
                </span>
                <span class={css.choiceNote}>{note && `${note} versions`}</span>
              </label>
            ))}
            {items.length > MOST && <p>{plural(items.length - MOST, "more key")}: search to see them.</p>}
          </fieldset>
        ))}
        {groups.length === 0 && <p>No column matches “{search}”.</p>}
      </div>
    </div>
  );
}
