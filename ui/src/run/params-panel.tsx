import { useState } from "preact/hooks";
import { useQuery } from "../api/use-query";
import { formatCount } from "../charts/numbers";
import css from "../panels/panels.module.css";
import { comparePairs, type Difference } from "./differences";
import { groupPairs, PARENT_TAG, type RunDetails } from "./model";
import { findRuns, getRun } from "./run-api";
import own from "./run.module.css";

const AT_FIRST = 500;

/** The run that params are compared with: the parent, else the run before this one in the experiment; null if there is none. */
async function findBaseline(run: RunDetails, signal: AbortSignal): Promise<RunDetails | null> {
  const parentId = run.tags.get(PARENT_TAG);
  if (parentId) return getRun(parentId, signal);
  const [before] = await findRuns(run.experimentId, `attributes.start_time < ${run.startTime}`, 1, signal);
  return before ?? null;
}

/** The params of a run, grouped by prefix; on demand only those that differ from the parent's, or the run's before. */
export function ParamsPanel({ run }: { readonly run: RunDetails }) {
  const [search, setSearch] = useState("");
  const [isComparing, setComparing] = useState(false);
  const [isAll, setAll] = useState(false);
  const { params } = run;
  const baseline = useQuery({
    key: ["baseline", run.runId],
    ask: async (signal) => ({ run: await findBaseline(run, signal) }),
    enabled: isComparing,
  });
  const other = baseline.data?.run ?? null;
  const differences = isComparing && other ? comparePairs(other.params, params) : null;
  const shown = differences ? params.filter(({ key }) => differences.has(key)) : params;
  const groups = groupPairs(isAll || search || differences ? shown : shown.slice(0, AT_FIRST), search);
  const name = run.tags.has(PARENT_TAG) ? "the parent" : "the run before";
  return (
    <section class={css.panel} aria-labelledby="params-heading">
      <header>
        <h2 id="params-heading">Params</h2>
        <span class={css.count}>{formatCount(params.length)}</span>
        {params.length > 0 && (
          <label class={own.toggle}>
            <input type="checkbox" checked={isComparing} onChange={(event) => setComparing(event.currentTarget.checked)} /> differs from {name}
          </label>
        )}
        {params.length > 10 && (
          <input
            class="field" type="search"
            placeholder="Find"
            aria-label="Find params"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        )}
      </header>
      {params.length === 0 && (
        <p class={css.hint}>
          No params. Log them with <code>hw.log_params({"{"}"lr": 0.01{"}"})</code>.
        </p>
      )}
      {isComparing && <Comparison {...{ baseline, differences, other }} />}
      {params.length > 0 && groups.length === 0 && search && <p class={css.hint}>{`No param matches “${search}”.`}</p>}
      {groups.map((group) => (
        <div key={group.name}>
          {group.name && <h3>{group.name}</h3>}
          <dl class={css.pairs}>
            {group.pairs.map(({ key, value }) => (
              <div key={key}>
                <dt title={key}>{group.name ? key.slice(group.name.length + 1) : key}</dt>
                <dd>
                  {value === "" ? <i>empty</i> : value}
                  {differences && <Before difference={differences.get(key)} />}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
      {!isAll && !search && !differences && params.length > AT_FIRST && (
        <p class={css.hint}>
          The first {formatCount(AT_FIRST)} of {formatCount(params.length)}.{" "}
          <button type="button" class="button small quiet" onClick={() => setAll(true)}>
            Show all
          </button>
        </p>
      )}
    </section>
  );
}

function Before({ difference }: { readonly difference: Difference | undefined }) {
  if (!difference) return null;
  return <small class={own.at}>{difference.before === null ? "new" : `was ${difference.before || "empty"}`}</small>;
}

interface ComparisonProps {
  readonly baseline: { readonly data: { readonly run: RunDetails | null } | undefined; readonly error: Error | null };
  readonly differences: ReadonlyMap<string, Difference> | null;
  readonly other: RunDetails | null;
}

function Comparison({ baseline, differences, other }: ComparisonProps) {
  if (baseline.error) return <p role="alert" class={css.error}>{baseline.error.message}</p>;
  if (!baseline.data) return <p class={css.hint}>Reading…</p>;
  if (!other) return <p class={css.hint}>There is no run before this one.</p>;
  const gone = [...(differences ?? [])].filter(([, { after }]) => after === null);
  const changed = (differences?.size ?? 0) - gone.length;
  return (
    <p class={css.hint}>
      {changed === 0 ? "No param has another value than in" : `${formatCount(changed)} with another value than in`} <b>{other.name}</b>
      {gone.length > 0 && `; not given here: ${gone.map(([key, { before }]) => `${key} (${before})`).join(", ")}`}.
    </p>
  );
}
