import { useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import { useDraft } from "../lib/drafts";
import { readFields } from "../lib/read";
import { Markdown } from "../preview/markdown";
import css from "./panels.module.css";

interface NotesPanelProps {
  readonly title: string;
  readonly text: string;
  /** What the text belongs to, such as `runs/1234`: its draft is kept under this name. */
  readonly thing: string;
  /** Read the text as it is now. */
  readonly read: () => Promise<string>;
  /** Keep a text; an empty one takes it away. */
  readonly onSave: (text: string) => Promise<unknown>;
}

interface NoteDraft {
  readonly text: string;
  /** The text that it is to replace. */
  readonly before: string;
}

function readNote(kept: unknown): NoteDraft | null {
  const { text, before } = readFields(kept);
  return typeof text === "string" && typeof before === "string" ? { text, before } : null;
}

/** A text in Markdown to read and to write; what is written is kept until it is saved or given up. */
export function NotesPanel({ title, text, thing, read, onSave }: NotesPanelProps) {
  const { draft, isOld, begin, put } = useDraft(`${thing}/${title}`, readNote);
  const [error, setError] = useState("");
  const [isOther, setOther] = useState(false);
  const mayEdit = useRefusal("EDIT") === "";
  const end = () => {
    put(null);
    setError("");
    setOther(false);
  };
  const save = async () => {
    if (draft === null) return;
    try {
      const now = await read();
      if (now !== draft.before && now !== draft.text) {
        setOther(true);
        put({ ...draft, before: now });
        return;
      }
      await onSave(draft.text.trim() ? draft.text : "");
      end();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <section class={css.panel} aria-labelledby="notes-heading">
      <header>
        <h2 id="notes-heading">{title}</h2>
        {draft === null && mayEdit && (
          <button type="button" class="button small quiet" onClick={() => begin({ text, before: text })}>
            {text ? "Edit" : "Write"}
          </button>
        )}
      </header>
      {error && <p role="alert" class={css.error}>{error}</p>}
      {draft === null ? (
        text ? <Markdown text={text} /> : <p class={css.hint}>{`No ${title.toLowerCase()}.`}</p>
      ) : (
        <div class={css.noteForm}>
          {isOther && (
            <p role="alert" class={css.error}>
              Somebody has changed this since you began to write. It says now: “{draft.before}”. Save again to put yours in its place.
            </p>
          )}
          <textarea
            class="field"
            aria-label={`${title} in Markdown`}
            rows={8}
            value={draft.text}
            onInput={(event) => put({ ...draft, text: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
            }}
          />
          <div>
            <button type="button" class="button small primary" onClick={() => void save()}>
              Save
            </button>
            <button type="button" class="button small" onClick={end}>
              Cancel
            </button>
            <small>{isOld ? "You wrote this before and have not saved it." : "Markdown"}</small>
          </div>
        </div>
      )}
    </section>
  );
}
