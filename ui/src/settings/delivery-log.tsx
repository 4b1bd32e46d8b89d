import { useState } from "preact/hooks";
import type { Delivery, DeliveryStatus, Webhook } from "../api/schema";
import { usePages } from "../api/use-pages";
import { formatAgo, formatMoment, plural } from "../lib/format";
import { Failure } from "../shell/notice";
import { say } from "../shell/toasts";
import css from "./settings.module.css";
import { listDeliveries, retryDelivery } from "./settings-api";

const STATUSES: readonly { readonly status: DeliveryStatus | ""; readonly text: string }[] = [
  { status: "", text: "All" },
  { status: "DELIVERED", text: "Delivered" },
  { status: "WAITING", text: "Waiting" },
  { status: "FAILED", text: "Failed" },
];
const TONES: Readonly<Record<DeliveryStatus, string>> = { DELIVERED: "ok", WAITING: "run", FAILED: "bad" };

interface DeliveryLogProps {
  readonly webhooks: readonly Webhook[];
  /** The webhook whose deliveries are shown; empty for all. */
  readonly webhookId: string;
  readonly onWebhook: (webhookId: string) => void;
}

/** What was sent to webhooks, what waits, and what failed; the newest first. */
export function DeliveryLog({ webhooks, webhookId, onWebhook }: DeliveryLogProps) {
  const [status, setStatus] = useState<DeliveryStatus | "">("");
  const log = usePages({
    key: ["webhooks", "deliveries", webhookId, status],
    ask: (token, signal) => listDeliveries(webhookId, status, token, signal),
  });
  const names = new Map(webhooks.map((webhook) => [webhook.webhook_id, webhook.name]));
  const list = log.items ?? [];
  return (
    <section aria-labelledby="deliveries">
      <div class={css.title}>
        <h2 id="deliveries">Deliveries</h2>
        <button type="button" class="button small" onClick={log.retry}>
          Refresh
        </button>
      </div>
      <div class={css.filters}>
        <label>
          Webhook
          <select class="field" value={webhookId} onChange={(event) => onWebhook(event.currentTarget.value)}>
            <option value="">All</option>
            {webhooks.map((webhook) => (
              <option key={webhook.webhook_id} value={webhook.webhook_id}>
                {webhook.name}
              </option>
            ))}
          </select>
        </label>
        <div class="segments" role="group" aria-label="Which deliveries">
          {STATUSES.map((choice) => (
            <button key={choice.status} type="button" aria-pressed={status === choice.status} onClick={() => setStatus(choice.status)}>
              {choice.text}
            </button>
          ))}
        </div>
      </div>
      {log.error && <Failure error={log.error} onRetry={log.retry} isSlim />}
      {!log.items && !log.error && <p class="muted">Loading…</p>}
      {log.items && list.length === 0 && <p class="muted">Nothing was sent{status || webhookId ? " that fits" : ""} yet.</p>}
      {list.length > 0 && (
        <ul class={css.log} data-loading={log.isOld || undefined}>
          {list.map((delivery) => (
            <DeliveryItem key={delivery.delivery_id} delivery={delivery} webhook={names.get(delivery.webhook_id) ?? delivery.webhook_id} />
          ))}
        </ul>
      )}
      {log.hasMore && (
        <button type="button" class="button small" onClick={log.readMore}>
          Show older
        </button>
      )}
    </section>
  );
}

function DeliveryItem({ delivery, webhook }: { readonly delivery: Delivery; readonly webhook: string }) {
  const retry = () => {
    retryDelivery(delivery.delivery_id).then(
      () => say("It is sent again"),
      (error: unknown) => say(error instanceof Error ? error.message : String(error)),
    );
  };
  const { status } = delivery;
  return (
    <li>
      <details>
        <summary>
          <span class="dot" data-tone={TONES[status]} /> <span class={css.state}>{status.toLowerCase()}</span>
          <code>{delivery.event}</code>
          <span>to {webhook}</span>
          <span class="muted" title={formatMoment(delivery.creation_time)}>
            {formatAgo(delivery.creation_time, Date.now())}
          </span>
        </summary>
        <p>
          {plural(delivery.attempts, "attempt")}
          {delivery.response_status !== null && `, answered ${delivery.response_status}`}
          {delivery.next_attempt_time !== null && `, next ${formatMoment(delivery.next_attempt_time)}`}
          {delivery.error_message && <span class={css.problem}>: {delivery.error_message}</span>}
        </p>
        <pre tabIndex={0}>{indent(delivery.body)}</pre>
        <button type="button" class="button small" onClick={retry}>
          Send again
        </button>
      </details>
    </li>
  );
}

function indent(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 1);
  } catch {
    return body;
  }
}
