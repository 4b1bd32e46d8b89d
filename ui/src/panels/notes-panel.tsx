import { useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import { Markdown } from "../preview/markdown";
import css from "./panels.module.css";

interface NotesPanelProps {
  readonly title: string;
  readonly text: string;
  /** Keep a text; an empty one takes it away. */
  readonly onSave: (text: string) => Promise<unknown>;
}

/** A text in Markdown to read and to write. */
export function NotesPanel({ title, text, onSave }: NotesPanelProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState("");
  const mayEdit = useRefusal("EDIT") === "";
  const save = async () => {
    if (draft === null) return;
    try {
      await onSave(draft.trim() ? draft : "");
      setDraft(null);
      setError("");
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <section class={css.panel} aria-labelledby="notes-heading">
      <header>
        <h2 id="notes-heading">{title}</h2>
        {draft === null && mayEdit && (
          <button type="button" class="button small quiet" onClick={() => setDraft(text)}>
            {text ? "Edit" : "Write"}
          </button>
        )}
      </header>
      {error && <p role="alert" class={css.error}>{error}</p>}
      {draft === null ? (
        text ? <Markdown text={text} /> : <p class={css.hint}>{`No ${title.toLowerCase()}.`}</p>
      ) : (
        <div class={css.noteForm}>
          <textarea
            class="field"
            aria-label={`${title} in Markdown`}
            rows={8}
            value={draft}
            onInput={(event) => setDraft(event.currentTarget.value)}
          />
          <div>
            <button type="button" class="button small primary" onClick={() => void save()}>
              Save
            </button>
            <button type="button" class="button small" onClick={() => setDraft(null)}>
              Cancel
            </button>
            <small>Markdown</small>
          </div>
        </div>
      )}
    </section>
  );
}
