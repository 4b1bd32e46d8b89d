import { useId, useRef, useState } from "preact/hooks";
import { moveItem, useReorder } from "../plots/use-reorder";
import { splitList } from "./report";
import css from "./reports.module.css";

interface ListFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly values: readonly string[];
  /** What can be completed. */
  readonly options: readonly string[];
  readonly onValues: (values: readonly string[]) => void;
}

/** Names in order, completed as they are typed; they move by dragging or the arrow keys. */
export function ListField({ label, hint, values, options, onValues }: ListFieldProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState("");
  useReorder(list, (from, to) => to >= 0 && to < values.length && onValues(moveItem(values, from, to)));
  const take = (text: string) => {
    setDraft("");
    const added = splitList(text).filter((one) => !values.includes(one));
    if (added.length > 0) onValues([...values, ...added]);
  };
  return (
    <div class={css.names} ref={list} role="group" aria-label={label}>
      <label for={id}>{label}</label>
      {values.length > 0 && (
        <ul>
          {values.map((value, index) => (
            <li key={value} draggable data-place={index}>
              {value}
              <button type="button" aria-label={`Remove ${value}`} title="Remove; left and right arrows move it" onClick={() => onValues(values.filter((one) => one !== value))}>
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        id={id}
        class="field"
        list={`${id}-options`}
        placeholder={values.length > 0 ? "Add…" : hint}
        value={draft}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => {
          const { value } = event.currentTarget;
          // What is chosen from the list counts at once; what is typed may go on.
          if (!("inputType" in event) || event.inputType === "insertReplacementText") take(value);
          else setDraft(value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === ",") {
            event.preventDefault();
            take(draft);
          } else if (event.key === "Backspace" && draft === "") onValues(values.slice(0, -1));
        }}
        onBlur={() => take(draft)}
      />
      <datalist id={`${id}-options`}>
        {options
          .filter((option) => !values.includes(option))
          .map((option) => (
            <option key={option}>{option}</option>
          ))}
      </datalist>
    </div>
  );
}
