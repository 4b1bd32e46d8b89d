import { useState } from "preact/hooks";
import { formatCount } from "../charts/numbers";
import { Editable } from "./editable";
import { isSystemTag, type RunDetails } from "./model";
import { deleteTag, setTag } from "./run-api";
import css from "./run.module.css";

/** The tags of a run: people's to add, change and remove; those of the system to look at. */
export function TagsPanel({ run, refresh }: { readonly run: RunDetails; readonly refresh: () => void }) {
  const [draft, setDraft] = useState({ key: "", value: "" });
  const [isAdding, setAdding] = useState(false);
  const [error, setError] = useState("");
  const all = [...run.tags].sort(([a], [b]) => a.localeCompare(b));
  const own = all.filter(([key]) => !isSystemTag(key));
  const system = all.filter(([key]) => isSystemTag(key) && key !== "mlflow.note.content");

  const act = async (work: Promise<unknown>) => {
    try {
      await work;
      setError("");
      refresh();
      return true;
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      return false;
    }
  };
  const add = async (event: Event) => {
    event.preventDefault();
    if (!(await act(setTag(run.runId, draft.key.trim(), draft.value)))) return;
    setDraft({ key: "", value: "" });
    setAdding(false);
  };

  return (
    <section class={css.panel} aria-labelledby="tags-heading">
      <header>
        <h2 id="tags-heading">Tags</h2>
        <span class={css.count}>{formatCount(own.length)}</span>
        <button type="button" class="button small quiet" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
          Add
        </button>
      </header>
      {isAdding && (
        <form class={css.tagForm} onSubmit={(event) => void add(event)}>
          <input
            class="field"
            aria-label="New tag's key"
            placeholder="key"
            required
            value={draft.key}
            onInput={(event) => setDraft({ ...draft, key: event.currentTarget.value })}
          />
          <input
            class="field"
            aria-label="New tag's value"
            placeholder="value"
            value={draft.value}
            onInput={(event) => setDraft({ ...draft, value: event.currentTarget.value })}
          />
          <button type="submit" class="button small">
            Save
          </button>
        </form>
      )}
      {error && <p role="alert" class={css.error}>{error}</p>}
      {own.length === 0 && !isAdding && <p class={css.hint}>No tags.</p>}
      <dl class={css.pairs}>
        {own.map(([key, value]) => (
          <div key={key}>
            <dt title={key}>{key}</dt>
            <dd>
              <Editable
                label={`value of ${key}`}
                value={value}
                onSave={async (text) => {
                  await setTag(run.runId, key, text);
                  refresh();
                }}
              />
              <button
                type="button"
                class={css.remove}
                aria-label={`Remove tag ${key}`}
                onClick={() => void act(deleteTag(run.runId, key))}
              >
                ×
              </button>
            </dd>
          </div>
        ))}
      </dl>
      {system.length > 0 && (
        <details class={css.more}>
          <summary>{formatCount(system.length)} set by the client</summary>
          <dl class={css.pairs}>
            {system.map(([key, value]) => (
              <div key={key}>
                <dt title={key}>{key}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}
