import type { Relative } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatDuration, plural } from "../lib/format";
import { hrefOf } from "../lib/location";
import css from "../panels/panels.module.css";
import { LineagePanel } from "../registry/lineage-panel";
import { growTree, type Branch } from "./family-tree";
import type { RunDetails } from "./model";
import { TONES } from "./model";
import { getRunLineage } from "./run-api";
import own from "./run.module.css";
import type { KnownFamily } from "./use-family";

interface LineageTabProps {
  readonly run: RunDetails;
  readonly family: KnownFamily;
  readonly revision: number;
}

/** What led to the run and what came of it, and the runs it belongs to. */
export function LineageTab({ run, family, revision }: LineageTabProps) {
  const { data, error, refetch } = useQuery({ key: ["registry", "run", run.runId, "lineage"], revision, ask: (signal) => getRunLineage(run.runId, signal) });
  const tree = growTree(run, family);
  return (
    <div class={css.column}>
      <LineagePanel lineage={data} error={error} onRetry={() => void refetch()} />
      <section class={css.panel} aria-labelledby="family-heading">
        <header>
          <h2 id="family-heading">Parents and children</h2>
          <span class={css.count}>{family.ancestors.length + family.descendants.length || ""}</span>
        </header>
        {family.ancestors.length + family.descendants.length === 0 ? (
          <p class={css.hint}>
            The run stands alone. <code>hw.start_run(nested=True)</code> within a run makes a child of it.
          </p>
        ) : (
          <ul class={own.family}>
            <Twig branch={tree} runId={run.runId} experimentId={run.experimentId} depth={0} />
          </ul>
        )}
        {family.truncated && <p class={css.hint}>The run has more than {plural(family.descendants.length, "descendant")}: the rest is left out.</p>}
      </section>
    </div>
  );
}

interface TwigProps {
  readonly branch: Branch;
  readonly runId: string;
  readonly experimentId: string;
  readonly depth: number;
}

const OPEN_CHILDREN = 100;

function Twig({ branch: { relative, children }, runId, experimentId, depth }: TwigProps) {
  const label = <RunLabel relative={relative} isHere={relative.run_id === runId} experimentId={experimentId} />;
  if (children.length === 0) return <li>{label}</li>;
  return (
    <li>
      {label}
      <details open={children.length <= OPEN_CHILDREN}>
        <summary>{plural(children.length, "child", "children")}</summary>
        <ul>
          {children.map((child) => (
            <Twig key={child.relative.run_id} branch={child} runId={runId} experimentId={experimentId} depth={depth + 1} />
          ))}
        </ul>
      </details>
    </li>
  );
}

function RunLabel({ relative, isHere, experimentId }: { readonly relative: Relative; readonly isHere: boolean; readonly experimentId: string }) {
  const { run_id: id, run_name: name, status, start_time: start, end_time: end } = relative;
  return (
    <span class={own.twig}>
      <span class="dot" data-tone={TONES[status] ?? "warn"} />
      {isHere ? <b aria-current="true">{name}</b> : <a class="link" href={hrefOf(`/experiments/${experimentId}/runs/${id}`)}>{name}</a>}
      <span class="muted">
        {status.toLowerCase()}
        {typeof end === "number" ? ` · ${formatDuration(end - start)}` : ""}
        {relative.is_archived ? " · archived" : ""}
      </span>
    </span>
  );
}
