import { useEffect, useRef, useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import css from "./panels.module.css";

export interface EditableProps {
  readonly label: string;
  readonly value: string;
  readonly onSave: (value: string) => Promise<unknown>;
  readonly class?: string;
}

/** Text that becomes a field when it is clicked, for who may edit it; Enter saves, Escape leaves it as it was. */
export function Editable({ label, value, onSave, class: className }: EditableProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const isGivenUp = useRef(false);
  const isEditing = draft !== null;
  const isFixed = useRefusal("EDIT") !== "";
  useEffect(() => {
    if (isEditing) field.current?.select();
  }, [isEditing]);
  const begin = () => {
    isGivenUp.current = false;
    setDraft(value);
  };
  const giveUp = () => {
    isGivenUp.current = true;
    setError("");
    setDraft(null);
  };
  const save = async () => {
    // A field that goes away loses the focus, too.
    if (draft === null || isGivenUp.current) return;
    const text = draft.trim();
    if (text && text !== value) {
      try {
        await onSave(text);
      } catch (failure) {
        setError(failure instanceof Error ? failure.message : String(failure));
        return;
      }
    }
    setError("");
    setDraft(null);
  };
  if (isFixed) return <span class={`${css.fixed} ${className ?? ""}`}>{value}</span>;
  if (!isEditing) {
    return (
      <button type="button" class={`${css.editable} ${className ?? ""}`} title={`Edit ${label}`} onClick={begin}>
        {value}
      </button>
    );
  }
  return (
    <span class={css.editing}>
      <input
        ref={field}
        aria-label={label}
        value={draft}
        size={Math.max(12, draft.length)}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.key === "Enter") void save();
          if (event.key === "Escape") giveUp();
        }}
      />
      {error && <span role="alert">{error}</span>}
    </span>
  );
}
