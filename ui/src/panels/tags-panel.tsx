import { useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import { formatCount } from "../charts/numbers";
import { Editable } from "./editable";
import css from "./panels.module.css";
import { isSystemTag } from "./tags";

interface TagsPanelProps {
  readonly tags: ReadonlyMap<string, string>;
  /** Tags that stand elsewhere on the page. */
  readonly hidden?: readonly string[];
  readonly onSet: (key: string, value: string) => Promise<unknown>;
  readonly onDelete: (key: string) => Promise<unknown>;
}

/** The tags of something: people's to add, change and remove; those of the system to look at. */
export function TagsPanel({ tags, hidden = [], onSet, onDelete }: TagsPanelProps) {
  const [draft, setDraft] = useState({ key: "", value: "" });
  const [isAdding, setAdding] = useState(false);
  const [error, setError] = useState("");
  const mayEdit = useRefusal("EDIT") === "";
  const all = [...tags].sort(([a], [b]) => a.localeCompare(b));
  const own = all.filter(([key]) => !isSystemTag(key));
  const system = all.filter(([key]) => isSystemTag(key) && !hidden.includes(key));

  const act = async (work: Promise<unknown>) => {
    try {
      await work;
      setError("");
      return true;
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      return false;
    }
  };
  const add = async (event: Event) => {
    event.preventDefault();
    if (!(await act(onSet(draft.key.trim(), draft.value)))) return;
    setDraft({ key: "", value: "" });
    setAdding(false);
  };

  return (
    <section class={css.panel} aria-labelledby="tags-heading">
      <header>
        <h2 id="tags-heading">Tags</h2>
        <span class={css.count}>{formatCount(own.length)}</span>
        {mayEdit && (
          <button type="button" class="button small quiet" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
            Add
          </button>
        )}
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
                onSave={(text) => onSet(key, text)}
              />
              {mayEdit && (
                <button type="button" class={css.remove} aria-label={`Remove tag ${key}`} onClick={() => void act(onDelete(key))}>
                  ×
                </button>
              )}
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
