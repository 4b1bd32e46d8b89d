import { useState } from "preact/hooks";
import { FormDialog } from "../shell/form-dialog";
import { OWNER_TAG } from "./tags";
import type { NewExperiment } from "./use-experiments";

interface RenameDialogProps {
  readonly name: string;
  readonly onSave: (name: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Ask for another name. */
export function RenameDialog({ name, onSave, onClose }: RenameDialogProps) {
  const [text, setText] = useState(name);
  return (
    <FormDialog title={`Rename “${name}”`} action="Rename" isReady={text.trim() !== ""} onSave={() => onSave(text.trim())} onClose={onClose}>
      <NameField value={text} onValue={setText} />
    </FormDialog>
  );
}

interface CreateDialogProps {
  readonly onSave: (experiment: NewExperiment) => Promise<void>;
  readonly onClose: () => void;
}

/** Ask for what a new experiment is. */
export function CreateDialog({ onSave, onClose }: CreateDialogProps) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [owner, setOwner] = useState("");
  const [tags, setTags] = useState("");
  const [metric, setMetric] = useState("");
  const [isLess, setLess] = useState(false);
  const save = () =>
    onSave({ name: name.trim(), description: description.trim(), tags: [...readTags(tags), ...(owner.trim() ? [{ key: OWNER_TAG, value: owner.trim() }] : [])], main: metric.trim() ? { key: metric.trim(), isLess } : null });
  return (
    <FormDialog title="New experiment" action="Create" isReady={name.trim() !== ""} onSave={save} onClose={onClose}>
      <NameField value={name} onValue={setName} />
      <label>
        <Optional text="Description" note="Markdown" />
        <textarea class="field" rows={3} value={description} onInput={(event) => setDescription(event.currentTarget.value)} />
      </label>
      <label>
        <Optional text="Owner" note="whom to ask about it" />
        <input class="field" value={owner} onInput={(event) => setOwner(event.currentTarget.value)} />
      </label>
      <label>
        <Optional text="Tags" note="team: vision, area: search" />
        <input class="field" value={tags} onInput={(event) => setTags(event.currentTarget.value)} />
      </label>
      <label>
        <Optional text="Main metric" note="it decides which run is best" />
        <input class="field" value={metric} onInput={(event) => setMetric(event.currentTarget.value)} />
      </label>
      {metric.trim() !== "" && (
        <label>
          Best is
          <select class="field" value={isLess ? "min" : "max"} onChange={(event) => setLess(event.currentTarget.value === "min")}>
            <option value="max">the greatest value</option>
            <option value="min">the smallest value</option>
          </select>
        </label>
      )}
    </FormDialog>
  );
}

function NameField({ value, onValue }: { readonly value: string; readonly onValue: (text: string) => void }) {
  return (
    <label>
      Name
      <input class="field" autofocus required maxLength={500} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
    </label>
  );
}

function Optional({ text, note }: { readonly text: string; readonly note: string }) {
  return (
    <span>
      {text} <span class="muted">(optional: {note})</span>
    </span>
  );
}

/** Read `team: vision, urgent` as tags. */
export function readTags(text: string): { readonly key: string; readonly value: string }[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const colon = part.indexOf(":");
      return colon < 0 ? { key: part, value: "" } : { key: part.slice(0, colon).trim(), value: part.slice(colon + 1).trim() };
    });
}
