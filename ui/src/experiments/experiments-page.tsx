import { useEffect, useState } from "preact/hooks";
import type { Experiment } from "../api/schema";
import { put } from "../lib/codec";
import { plural } from "../lib/format";
import { onKeys } from "../lib/keys";
import { useChanges } from "../lib/live";
import { navigate, query, setQuery } from "../lib/location";
import { refresh } from "../api/use-query";
import { FirstSteps } from "../home/first-steps";
import { errorPosition, isPlain } from "../query/tokens";
import { QueryBox, type Offer } from "../query/query-box";
import { useChrome } from "../shell/chrome";
import { Icon } from "../shell/icons";
import { Failure } from "../shell/notice";
import { ExperimentsTable } from "./experiments-table";
import css from "./experiments.module.css";
import { NameDialog } from "./name-dialog";
import { createExperiment, renameExperiment, useExperiments } from "./use-experiments";

const OFFERS: readonly Offer[] = ["name", "creation_time", "last_update_time"].map((key) => ({ key, note: "attribute" }));
const DEFAULT_ORDER = "last_update_time DESC";

type Asking = { readonly kind: "create" } | { readonly kind: "rename"; readonly experiment: Experiment };

/** The list of experiments. */
export function ExperimentsPage() {
  useChrome("Experiments", [{ text: "Experiments" }]);
  const [asking, setAsking] = useState<Asking | null>(null);
  const search = query.value.get("q") ?? "";
  const isArchive = query.value.get("state") === "archived";
  const order = query.value.get("sort") ?? DEFAULT_ORDER;
  const { data, error, refetch } = useExperiments({ search, isArchive, order });
  useChanges({}, () => refresh("experiments"));
  useEffect(() => onKeys({ n: () => setAsking({ kind: "create" }) }), []);

  const change = (name: string, value: string, absent = "") => {
    const next = new URLSearchParams(query.peek());
    put(next, name, value, absent);
    setQuery(next);
  };
  const experiments = data?.experiments ?? [];
  const isEmpty = data !== undefined && experiments.length === 0;
  return (
    <div class={css.page}>
      <div class={css.titleRow}>
        <h1 tabIndex={-1}>Experiments</h1>
        <div class="segments" role="group" aria-label="Which experiments">
          <button type="button" aria-pressed={!isArchive} onClick={() => change("state", "")}>
            Active
          </button>
          <button type="button" aria-pressed={isArchive} onClick={() => change("state", "archived")}>
            Archive
          </button>
        </div>
        <button type="button" class="button primary" onClick={() => setAsking({ kind: "create" })}>
          <Icon name="plus" small /> New experiment
        </button>
      </div>
      <div class={css.tools}>
        <QueryBox
          value={search}
          label="Search experiments"
          placeholder="Words in the name, or tags.team = 'vision'"
          error={error && data ? error.message : ""}
          errorAt={isPlain(search) || !error ? -1 : errorPosition(error.message)}
          offers={OFFERS}
          onChange={(text) => change("q", text)}
        />
      </div>
      {error && !data && <Failure error={error} onRetry={() => void refetch()} />}
      {experiments.length > 0 && (
        <ExperimentsTable
          experiments={experiments}
          isArchive={isArchive}
          order={order}
          onOrder={(text) => change("sort", text, DEFAULT_ORDER)}
          onRename={(experiment) => setAsking({ kind: "rename", experiment })}
        />
      )}
      {data?.next_page_token && <p class={css.note}>The first {plural(experiments.length, "experiment")} are shown. Search to find others.</p>}
      {isEmpty && <Nothing search={search} isArchive={isArchive} onClear={() => setQuery(new URLSearchParams())} />}
      {asking?.kind === "create" && (
        <NameDialog
          title="New experiment"
          action="Create"
          name=""
          hasDescription
          onSave={async (name, description) => navigate(`/experiments/${await createExperiment(name, description)}/runs`)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.kind === "rename" && (
        <NameDialog
          title={`Rename “${asking.experiment.name}”`}
          action="Rename"
          name={asking.experiment.name}
          hasDescription={false}
          onSave={(name) => renameExperiment(asking.experiment.experiment_id, name)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

interface NothingProps {
  readonly search: string;
  readonly isArchive: boolean;
  readonly onClear: () => void;
}

function Nothing({ search, isArchive, onClear }: NothingProps) {
  if (!search && !isArchive) return <FirstSteps />;
  return (
    <div class={css.nothing}>
      <p>{search ? `No experiment matches “${search}”.` : "Nothing is archived."}</p>
      <button type="button" class="button" onClick={onClear}>
        Show all active experiments
      </button>
    </div>
  );
}
