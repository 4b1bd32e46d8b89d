import type { Alert, HomeResponse, HomeRun, PendingVersion } from "../api/schema";
import { formatAgo, formatCount, formatMoment, plural } from "../lib/format";
import { hrefOf } from "../lib/location";
import css from "./home.module.css";
import { RunLink } from "./run-cards";

const TONES = { INFO: "run", WARNING: "warn", ERROR: "bad" } as const;

/** What failed, what was raised and what waits for somebody. */
export function AttentionCard({ home }: { readonly home: HomeResponse }) {
  const { failed, failed_total: failedTotal, alerts, alerts_total: alertsTotal, pending } = home;
  const shown = pending.filter(({ request_id: requestId = 0 }) => requestId > 0).length;
  const waiting = pending.length - shown + (home.requests_total ?? shown);
  const isQuiet = failed.length + alerts.length + pending.length === 0;
  return (
    <section class={css.card} aria-labelledby="needs-attention">
      <h2 id="needs-attention">Needs attention</h2>
      {isQuiet && <p class="muted">Nothing failed in the last 24 hours, no alert was raised, and no version waits for approval.</p>}
      {pending.length > 0 && (
        <>
          <h3>{plural(waiting, "version waits", "versions wait")}</h3>
          <ul>{pending.map((one) => <Pending key={`${one.name}/${one.version}/${one.target}`} one={one} />)}</ul>
        </>
      )}
      {alerts.length > 0 && (
        <>
          <h3>{plural(alertsTotal, "alert")} in 24 hours</h3>
          <ul>{alerts.map((alert) => <Raised key={alert.alert_id} alert={alert} />)}</ul>
        </>
      )}
      {failed.length > 0 && (
        <>
          <h3>{`${formatCount(failedTotal)} failed in 24 hours`}</h3>
          <ul>{failed.map((run) => <Failed key={run.run_id} run={run} />)}</ul>
        </>
      )}
    </section>
  );
}

function Ago({ time }: { readonly time: number }) {
  return (
    <span class="muted" title={formatMoment(time)}>
      {formatAgo(time, Date.now())}
    </span>
  );
}

/** Say what a version waits for: who asked for it and why, and what the policy lacks. */
function describePending({ user_id: user, reason = "", comments = 0, request_id: requestId = 0, missing }: PendingVersion): string {
  const standing = missing.length > 0 ? `the policy asks that ${missing.join("; ")}` : "may be promoted now";
  if (requestId === 0) return standing;
  const asked = `${user || "somebody"} asks for it${reason ? `: ${reason}` : ""}`;
  return [asked, comments > 0 ? plural(comments, "comment") : "", standing].filter(Boolean).join(" · ");
}

function Pending({ one }: { readonly one: PendingVersion }) {
  const text = describePending(one);
  return (
    <li>
      <span class={css.what}>
        <a href={hrefOf(`/models/${encodeURIComponent(one.name)}/versions/${encodeURIComponent(one.version)}`)}>
          {one.name} {one.version} → {one.target}
        </a>
        <small title={text}>{text}</small>
      </span>
      <Ago time={one.time} />
    </li>
  );
}

function Raised({ alert }: { readonly alert: Alert }) {
  return (
    <li>
      <span class={css.what}>
        <a href={hrefOf(`/runs/${alert.run_id}`)} title={alert.text}>
          <span class="dot" data-tone={TONES[alert.level]} /> <span class="visually-hidden">{alert.level.toLowerCase()}: </span>
          {alert.title}
        </a>
        <small data-short>{alert.run_name}</small>
      </span>
      <Ago time={alert.time} />
    </li>
  );
}

function Failed({ run }: { readonly run: HomeRun }) {
  return (
    <li>
      <span class={css.what}>
        <RunLink run={run} />
        <small data-short title={run.experiment_name}>
          {run.status === "LOST" ? "no sign of life · " : ""}
          {run.experiment_name}
        </small>
      </span>
      <Ago time={run.end_time} />
    </li>
  );
}
