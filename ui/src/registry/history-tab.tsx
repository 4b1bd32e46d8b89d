import { put } from "../lib/codec";
import { query, setQuery } from "../lib/location";
import { AliasTimeline } from "./alias-timeline";
import { EventLog } from "./event-log";
import { actionsOf, SUBJECTS } from "./events";
import css from "./versions.module.css";

/** What happened to a model: its aliases over time, and everything, or what concerns one subject. */
export function HistoryTab({ name }: { readonly name: string }) {
  const subject = query.value.get("about") ?? "";
  const choose = (next: string) => {
    const changed = new URLSearchParams(query.peek());
    put(changed, "about", next);
    setQuery(changed);
  };
  return (
    <>
      <AliasTimeline name={name} />
      <label class={css.subject}>
        Show
        <select class="field" aria-label="Show" value={subject} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">everything</option>
          {Object.entries(SUBJECTS).map(([id, { title }]) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <EventLog name={name} actions={actionsOf(subject)} />
    </>
  );
}
