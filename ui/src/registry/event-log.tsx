import type { RegistryAction } from "../api/schema";
import { usePages } from "../api/use-pages";
import { formatAgo, formatMoment } from "../lib/format";
import { hrefOf } from "../lib/location";
import panels from "../panels/panels.module.css";
import { Failure } from "../shell/notice";
import { describeEvent } from "./events";
import { versionPage } from "./places";
import { listEvents } from "./registry-api";
import css from "./registry.module.css";
import { RowSkeleton } from "./row-skeleton";

const AT_ONCE = 200;

interface EventLogProps {
  readonly name: string;
  /** Only what happened to this version. */
  readonly version?: string;
  /** Only what is one of these; without any, everything. */
  readonly actions?: readonly RegistryAction[];
}

/** What happened to a model or a version: when, who, what and why; the newest first. */
export function EventLog({ name, version = "", actions = [] }: EventLogProps) {
  const log = usePages({
    key: ["registry", name, "events", version, actions],
    ask: (token, signal) => listEvents(name, { version, most: AT_ONCE, token, actions }, signal),
  });
  if (!log.items) return log.error ? <Failure error={log.error} onRetry={log.retry} /> : <RowSkeleton label="Loading the history" />;
  if (log.items.length === 0) return <p class={`${panels.hint} ${css.note}`}>Nothing is known to have happened.</p>;
  const now = Date.now();
  return (
    <div class={css.log} tabIndex={0} role="region" aria-label="History">
      <table>
        <caption class="visually-hidden">History of {name}</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {log.items.map((event) => (
            <tr key={event.event_id} data-part={event.cause_id ? true : undefined}>
              <td title={formatMoment(event.time)}>{formatAgo(event.time, now)}</td>
              <td>{event.user_id || <span class={css.quiet}>not told</span>}</td>
              <td>
                {event.action === "refuse" && <span class="dot" data-tone="bad" />} {describeEvent(event)}
                {event.version && event.version !== version && event.name === name && (
                  <a class={css.open} href={hrefOf(versionPage(name, event.version))} aria-label={`Open version ${event.version}`}>
                    open
                  </a>
                )}
              </td>
              <td>{event.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {log.hasMore && (
        <button type="button" class="button small" onClick={log.readMore}>
          Show older
        </button>
      )}
    </div>
  );
}
