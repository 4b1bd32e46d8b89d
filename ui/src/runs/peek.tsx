import { readMlflow } from "../api/client";
import type { RunResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatDuration, formatMoment, formatNumber } from "../lib/format";
import { hrefOf } from "../lib/location";
import { Icon } from "../shell/icons";
import { Failure } from "../shell/notice";
import css from "./peek.module.css";

interface PeekProps {
  readonly runId: string;
  readonly onClose: () => void;
}

const MAX_ROWS = 200;

/** A run beside the table: what it is, its metrics, parameters and tags; the keys of the table go on working. */
export function Peek({ runId, onClose }: PeekProps) {
  const { data, error, refetch } = useQuery<RunResponse>({
    key: ["runs", "peek", runId],
    ask: (signal) => readMlflow("runs/get", { run_id: runId }, signal),
  });
  const info = data?.run.info;
  const of = data?.run.data;
  const isNew = info?.run_id === runId;
  const end = info?.end_time;
  return (
    <aside class={css.drawer} aria-label="Run in brief" data-old={!isNew || undefined}>
      <header>
        <h2>{info?.run_name || runId.slice(0, 8)}</h2>
        <a class="button small" href={hrefOf(`/runs/${runId}`)}>
          Open
        </a>
        <button type="button" class="button small quiet square" aria-label="Close the drawer" onClick={onClose}>
          <Icon name="close" small />
        </button>
      </header>
      {error && <Failure error={error} onRetry={() => void refetch()} isSlim />}
      {info && of && (
        <div class={css.body} tabIndex={0} role="region" aria-label="Details of the run">
          <p class="muted">
            {info.status.toLowerCase()} · {formatMoment(info.start_time)}
            {end ? ` · ${formatDuration(end - info.start_time)}` : ""}
            {info.user_id ? ` · ${info.user_id}` : ""}
          </p>
          <Pairs title="Metrics" pairs={(of.metrics ?? []).map(({ key, value }) => [key, formatNumber(Number(value))])} isNumeric />
          <Pairs title="Parameters" pairs={(of.params ?? []).map(({ key, value = "" }) => [key, value])} />
          <Pairs title="Tags" pairs={(of.tags ?? []).filter(({ key }) => !key.startsWith("mlflow.")).map(({ key, value = "" }) => [key, value])} />
        </div>
      )}
    </aside>
  );
}

interface PairsProps {
  readonly title: string;
  readonly pairs: readonly (readonly [string, string])[];
  readonly isNumeric?: boolean;
}

function Pairs({ title, pairs, isNumeric = false }: PairsProps) {
  if (pairs.length === 0) return null;
  return (
    <section>
      <h3>
        {title} <span>{pairs.length}</span>
      </h3>
      <dl data-numeric={isNumeric || undefined}>
        {pairs.slice(0, MAX_ROWS).map(([key, value]) => (
          <div key={key}>
            <dt title={key}>{key}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
      {pairs.length > MAX_ROWS && <p class="muted">{pairs.length - MAX_ROWS} more on the run’s page.</p>}
    </section>
  );
}
