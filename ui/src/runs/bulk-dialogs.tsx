import { useState } from "preact/hooks";
import { callMlflow } from "../api/client";
import type { SearchExperimentsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { plural } from "../lib/format";
import { toFilter } from "../query/tokens";
import { FormDialog } from "../shell/form-dialog";

/** What is asked before many runs change. */
export type Asking = "tag" | "move";

interface BulkDialogProps {
  readonly asking: Asking;
  readonly count: number;
  readonly onTag: (key: string, value: string | null) => Promise<void>;
  readonly onMove: (experimentId: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Ask for a tag, or where to move to. */
export function BulkDialog({ asking, count, onTag, onMove, onClose }: BulkDialogProps) {
  return asking === "tag" ? <TagDialog {...{ count, onTag, onClose }} /> : <MoveDialog {...{ count, onMove, onClose }} />;
}

function TagDialog({ count, onTag, onClose }: Pick<BulkDialogProps, "count" | "onTag" | "onClose">) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const [isRemoved, setRemoved] = useState(false);
  return (
    <FormDialog
      title={`Tag ${plural(count, "run")}`}
      action={isRemoved ? "Remove the tag" : "Set the tag"}
      isReady={key.trim() !== ""}
      onSave={() => onTag(key.trim(), isRemoved ? null : value)}
      onClose={onClose}
    >
      <label>
        Key
        <input class="field" autofocus required maxLength={250} value={key} onInput={(event) => setKey(event.currentTarget.value)} />
      </label>
      <label>
        Value
        <input class="field" maxLength={8000} disabled={isRemoved} value={value} onInput={(event) => setValue(event.currentTarget.value)} />
      </label>
      <label class="check">
        <input type="checkbox" checked={isRemoved} onChange={() => setRemoved(!isRemoved)} /> Remove this tag instead
      </label>
    </FormDialog>
  );
}

function MoveDialog({ count, onMove, onClose }: Pick<BulkDialogProps, "count" | "onMove" | "onClose">) {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState("");
  const { data } = useQuery<SearchExperimentsResponse>({
    key: ["experiments", "move", typed],
    ask: (signal) =>
      callMlflow("experiments/search", { max_results: 50, filter: toFilter(typed, "attribute.name"), order_by: ["last_update_time DESC"] }, signal),
  });
  return (
    <FormDialog title={`Move ${plural(count, "run")}`} action="Move" isReady={chosen !== ""} onSave={() => onMove(chosen)} onClose={onClose}>
      <label>
        Search experiments
        <input class="field" type="search" autofocus value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      </label>
      <label>
        To the experiment
        <select class="field" style={{ height: "180px" }} size={8} value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          {data?.experiments?.map(({ experiment_id: id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p class="muted">Their child runs move with them. Artifacts stay where they are, and reachable.</p>
    </FormDialog>
  );
}
