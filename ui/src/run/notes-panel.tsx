import { useState } from "preact/hooks";
import { Markdown } from "../preview/markdown";
import type { RunDetails } from "./model";
import { deleteTag, setTag } from "./run-api";
import css from "./run.module.css";

const NOTE_TAG = "mlflow.note.content";

/** A note in Markdown about a run. */
export function NotesPanel({ run, refresh }: { readonly run: RunDetails; readonly refresh: () => void }) {
  const note = run.tags.get(NOTE_TAG) ?? "";
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState("");
  const save = async () => {
    if (draft === null) return;
    try {
      if (draft.trim()) await setTag(run.runId, NOTE_TAG, draft);
      else if (note) await deleteTag(run.runId, NOTE_TAG);
      setDraft(null);
      setError("");
      refresh();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <section class={css.panel} aria-labelledby="notes-heading">
      <header>
        <h2 id="notes-heading">Notes</h2>
        {draft === null && (
          <button type="button" class="button small quiet" onClick={() => setDraft(note)}>
            {note ? "Edit" : "Write"}
          </button>
        )}
      </header>
      {error && <p role="alert" class={css.error}>{error}</p>}
      {draft === null ? (
        note ? <Markdown text={note} /> : <p class={css.hint}>No notes.</p>
      ) : (
        <div class={css.noteForm}>
          <textarea
            class="field"
            aria-label="Notes in Markdown"
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
