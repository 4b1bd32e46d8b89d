import { useEffect, useId, useRef, useState } from "preact/hooks";
import css from "./experiments.module.css";

interface NameDialogProps {
  readonly title: string;
  readonly action: string;
  readonly name: string;
  /** Whether a description is asked for, too. */
  readonly hasDescription: boolean;
  readonly onSave: (name: string, description: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Ask for the name of an experiment; what the server says against it stands below. */
export function NameDialog({ title, action, name, hasDescription, onSave, onClose }: NameDialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState(name);
  const [description, setDescription] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      await onSave(text.trim(), description.trim());
      onClose();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`} onClose={onClose}>
      <form class={css.form} onSubmit={(event) => void save(event)}>
        <h2 id={`${id}-title`}>{title}</h2>
        <label>
          Name
          <input class="field" autofocus required maxLength={500} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        {hasDescription && (
          <label>
            <span>
              Description <span class="muted">(optional, Markdown)</span>
            </span>
            <textarea class="field" rows={3} value={description} onInput={(event) => setDescription(event.currentTarget.value)} />
          </label>
        )}
        {error && (
          <p class={css.error} role="alert">
            {error}
          </p>
        )}
        <div class={css.buttons}>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={isBusy || text.trim() === ""}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
