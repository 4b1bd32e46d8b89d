import { titleOf } from "./frame";

export interface FieldOption {
  readonly id: string;
  readonly kind: string;
}

interface FieldSelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly FieldOption[];
  /** What no field means; absent where one is needed. */
  readonly none?: string;
  readonly onField: (id: string) => void;
}

const KINDS: readonly (readonly [string, string])[] = [
  ["metrics", "Metrics"],
  ["params", "Parameters"],
  ["tags", "Tags"],
  ["attributes", "About the run"],
];

/** A choice among metrics, params, tags and attributes. */
export function FieldSelect({ label, value, options, none, onField }: FieldSelectProps) {
  const known = value && !options.some(({ id }) => id === value) ? [{ id: value, kind: value.slice(0, value.indexOf(".")) }, ...options] : options;
  return (
    <label>
      {label}
      <select class="field" value={value} onChange={(event) => onField(event.currentTarget.value)}>
        {none !== undefined ? <option value="">{none}</option> : !value && <option value="">Choose…</option>}
        {KINDS.map(([kind, title]) => {
          const some = known.filter((option) => option.kind === kind);
          return (
            some.length > 0 && (
              <optgroup key={kind} label={title}>
                {some.map(({ id }) => (
                  <option key={id} value={id}>
                    {titleOf(id)}
                  </option>
                ))}
              </optgroup>
            )
          );
        })}
      </select>
    </label>
  );
}
