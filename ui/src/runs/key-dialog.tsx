import { useState } from "preact/hooks";
import type { KeySummary } from "../api/schema";
import { FormDialog } from "../shell/form-dialog";
import type { KeyEdit } from "./bulk";

/** A metric or param. */
export interface ChosenKey {
  readonly kind: "metric" | "param";
  readonly name: string;
}

const NAMES = { metric: "Metric", param: "Parameter" } as const;
const OFFERED = 300;

interface KeyDialogProps {
  /** The key to begin with; null to ask for it. */
  readonly chosen: ChosenKey | null;
  readonly keys: readonly KeySummary[];
  /** Which runs, as `3 selected runs`. */
  readonly which: string;
  readonly onEdit: (edit: KeyEdit) => Promise<void>;
  readonly onClose: () => void;
}

/** Ask what becomes of a metric or param of many runs. */
export function KeyDialog({ chosen, keys, which, onEdit, onClose }: KeyDialogProps) {
  const [kind, setKind] = useState<ChosenKey["kind"]>(chosen?.kind ?? "metric");
  const [key, setKey] = useState(chosen?.name ?? "");
  const [newKey, setNewKey] = useState("");
  const [isDeletion, setDeletion] = useState(false);
  const isLost = isDeletion && kind === "metric";
  return (
    <FormDialog
      title={`Rename or delete a key of ${which}`}
      action={isLost ? "Delete for good" : isDeletion ? "Delete" : "Rename"}
      isReady={key !== "" && (isDeletion || (newKey.trim() !== "" && newKey.trim() !== key))}
      onSave={() => onEdit({ kind, key, newKey: isDeletion ? "" : newKey.trim() })}
      onClose={onClose}
    >
      <div class="segments" role="group" aria-label="Kind of key">
        {(["metric", "param"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={kind === one} onClick={() => setKind(one)}>
            {NAMES[one]}
          </button>
        ))}
      </div>
      <label>
        {NAMES[kind]}
        <input class="field" autofocus={chosen === null} required list="edited-keys" value={key} onInput={(event) => setKey(event.currentTarget.value)} />
      </label>
      <datalist id="edited-keys">
        {keys
          .filter((known) => known.kind === kind)
          .slice(0, OFFERED)
          .map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
      </datalist>
      <label>
        New name
        <input
          class="field"
          autofocus={chosen !== null}
          maxLength={250}
          disabled={isDeletion}
          value={newKey}
          onInput={(event) => setNewKey(event.currentTarget.value)}
        />
      </label>
      <label class="check">
        <input type="checkbox" checked={isDeletion} onChange={() => setDeletion(!isDeletion)} /> Delete it instead
      </label>
      <p class="muted">
        {isLost
          ? "All points of this metric go, in every context. This cannot be undone."
          : "Runs without it stay as they are. This can be undone, and each run keeps who did it."}
      </p>
    </FormDialog>
  );
}
