import { useState } from "preact/hooks";
import { callNative, readMlflow } from "../api/client";
import type { QueryRunsResponse, SearchExperimentsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { Popover } from "../shell/popover";
import { toFilter } from "../query/tokens";
import css from "./compare.module.css";

const MOST = 20;
const ID = /^[0-9a-f]{32}$/i;

interface AddRunProps {
  readonly known: readonly string[];
  readonly onAdd: (runId: string) => void;
  readonly trigger?: string;
  readonly label?: string;
}

/** A button with a search over the runs of all experiments. */
export function AddRun({ known, onAdd, trigger = "Add run", label = "Add run to compare" }: AddRunProps) {
  return (
    <Popover trigger={trigger} label={label} buttonClass="button small">
      {(close) => (
        <Search
          known={known}
          onAdd={(runId) => {
            close();
            onAdd(runId);
          }}
        />
      )}
    </Popover>
  );
}

function Search({ known, onAdd }: Pick<AddRunProps, "known" | "onAdd">) {
  const [words, setWords] = useState("");
  const text = words.trim();
  const experiments = useQuery<SearchExperimentsResponse>({
    key: ["experiments", "to-compare"],
    ask: (signal) => readMlflow("experiments/search", { max_results: 1000 }, signal),
  });
  const names = new Map((experiments.data?.experiments ?? []).map(({ experiment_id: id, name }) => [id, name]));
  const filter = ID.test(text) ? `attributes.run_id = '${text.toLowerCase()}'` : toFilter(text);
  const { data, error } = useQuery<QueryRunsResponse>({
    key: ["runs-to-compare", filter, names.size],
    ask: (signal) =>
      callNative("runs/query", { experiment_ids: [...names.keys()], filter, limit: MOST + known.length, columns: ["attributes.experiment_id"] }, signal),
    enabled: names.size > 0,
  });
  const owners = data?.columns[0];
  const found = (data?.run_ids ?? []).flatMap((id, row) => {
    if (known.includes(id)) return [];
    const owner = owners?.values?.[owners.index?.[row] ?? -1] ?? "";
    return [{ id, name: data?.run_names[row] || id.slice(0, 8), experiment: names.get(owner) ?? owner }];
  });
  return (
    <div class={css.search}>
      <input
        type="search"
        class="field"
        placeholder="Name, id, or metrics.auc > 0.9"
        aria-label="Find a run to add"
        value={words}
        onInput={(event) => setWords(event.currentTarget.value)}
      />
      {error && (
        <p class={css.error} role="alert">
          {error.message}
        </p>
      )}
      <ul>
        {found.slice(0, MOST).map(({ id, name, experiment }) => (
          <li key={id}>
            <button type="button" onClick={() => onAdd(id)}>
              <span>{name}</span>
              <small>{experiment}</small>
            </button>
          </li>
        ))}
        {data && found.length === 0 && <li class="muted">No other run matches.</li>}
      </ul>
    </div>
  );
}
