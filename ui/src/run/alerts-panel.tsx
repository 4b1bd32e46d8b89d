import type { Alert } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatCount, formatMoment } from "../lib/format";
import { isStreaming } from "../lib/live";
import css from "../panels/panels.module.css";
import { listAlerts } from "./run-api";
import own from "./run.module.css";

const TONES: Readonly<Record<Alert["level"], string>> = { INFO: "run", WARNING: "warn", ERROR: "bad" };
/** How often they are read again when the server cannot tell of new ones by itself. */
const EVERY_MS = 5_000;

interface Watched {
  readonly runId: string;
  readonly isRunning: boolean;
  readonly revision: number;
}

/** Read what a run raised; new alerts come while it runs. */
export function useAlerts({ runId, isRunning, revision }: Watched) {
  return useQuery({
    key: ["alerts", runId],
    revision,
    ask: (signal) => listAlerts(runId, signal),
    ...(isRunning && !isStreaming() ? { everyMs: EVERY_MS } : {}),
  });
}

/** What a run raised, and what rules said of it; nothing without any. */
export function AlertsPanel(watched: Watched) {
  const { data, error } = useAlerts(watched);
  if (!error && (data ?? []).length === 0) return null;
  return (
    <section class={css.panel} aria-labelledby="alerts-heading">
      <header>
        <h2 id="alerts-heading">Alerts</h2>
        <span class={css.count}>{formatCount(data?.length ?? 0)}</span>
      </header>
      {error && <p class={css.error} role="alert">{`The alerts cannot be listed. ${error.message}`}</p>}
      <ul class={own.alerts} aria-live="polite">
        {(data ?? []).map(({ alert_id: id, level, title, text, time, rule_id: rule }) => (
          <li key={id}>
            <span class="dot" data-tone={TONES[level]} />
            <b>{title}</b>
            <span class="tag">{level.toLowerCase()}</span>
            {rule && <span class="tag">by a rule</span>}
            <time dateTime={new Date(time).toISOString()}>{formatMoment(time)}</time>
            {text && <p>{text}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
