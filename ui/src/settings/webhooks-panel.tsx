import { useState } from "preact/hooks";
import type { Webhook } from "../api/schema";
import { usePages } from "../api/use-pages";
import { plural } from "../lib/format";
import { FormDialog } from "../shell/form-dialog";
import { Failure } from "../shell/notice";
import { say } from "../shell/toasts";
import { DeliveryLog } from "./delivery-log";
import css from "./settings.module.css";
import { deleteWebhook, eventsOf, listWebhooks, nameEvent, testWebhook, updateWebhook } from "./settings-api";
import { WebhookDialog } from "./webhook-dialog";

type Open = { readonly kind: "new" } | { readonly kind: "change" | "delete"; readonly webhook: Webhook };

/** Addresses that are told of events, and what was sent to them. */
export function WebhooksPanel() {
  const webhooks = usePages({ key: ["webhooks", "list"], ask: listWebhooks });
  const [open, setOpen] = useState<Open | null>(null);
  const [shown, setShown] = useState("");
  const list = webhooks.items ?? [];
  return (
    <>
      <section aria-labelledby="webhooks">
        <div class={css.title}>
          <h2 id="webhooks">Webhooks</h2>
          <button type="button" class="button" onClick={() => setOpen({ kind: "new" })}>
            New webhook
          </button>
        </div>
        {webhooks.error && <Failure error={webhooks.error} onRetry={webhooks.retry} isSlim />}
        {!webhooks.items && !webhooks.error && <p class="muted">Loading…</p>}
        {webhooks.items && list.length === 0 && (
          <p class="muted">
            A webhook is an address that is told of events: a version that is registered, an alias that moves, a run that fails, an alert. What is
            sent is signed if you give a secret, tried again if it fails, and kept in the log below.
          </p>
        )}
        {list.length > 0 && (
          <ul class={css.items}>
            {list.map((webhook) => (
              <WebhookItem key={webhook.webhook_id} webhook={webhook} onOpen={setOpen} onShow={() => setShown(webhook.webhook_id)} />
            ))}
          </ul>
        )}
        {webhooks.hasMore && (
          <button type="button" class="button small" onClick={webhooks.readMore}>
            Show more
          </button>
        )}
      </section>
      {list.length > 0 && <DeliveryLog webhooks={list} webhookId={shown} onWebhook={setShown} />}
      {open?.kind === "delete" && <DeleteDialog webhook={open.webhook} onClose={() => setOpen(null)} />}
      {open && open.kind !== "delete" && (
        <WebhookDialog webhook={open.kind === "change" ? open.webhook : null} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

interface ItemProps {
  readonly webhook: Webhook;
  readonly onOpen: (open: Open) => void;
  readonly onShow: () => void;
}

function WebhookItem({ webhook, onOpen, onShow }: ItemProps) {
  const [isBusy, setBusy] = useState(false);
  const isActive = webhook.status === "ACTIVE";
  const attempt = async (what: () => Promise<void>) => {
    setBusy(true);
    await what().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
    setBusy(false);
  };
  const test = async () => {
    const result = await testWebhook(webhook.webhook_id);
    const answer = result.response_status ? `it answered ${result.response_status}` : (result.error_message ?? "no answer");
    say(result.success ? `${webhook.name} works: ${answer}` : `${webhook.name} does not work: ${answer}`);
  };
  const pause = () => updateWebhook({ webhook_id: webhook.webhook_id, status: isActive ? "DISABLED" : "ACTIVE" });
  const { name } = webhook;
  return (
    <li>
      <div class={css.itemHead}>
        <strong>{name}</strong>
        <span>
          <span class="dot" data-tone={isActive ? "ok" : "warn"} /> {isActive ? "active" : "paused"}
        </span>
        <code class={css.url}>{webhook.url}</code>
      </div>
      {webhook.description && <p class="muted">{webhook.description}</p>}
      <p class={css.tags}>
        {eventsOf(webhook).map((event) => (
          <span key={nameEvent(event)} class="tag">
            {nameEvent(event)}
          </span>
        ))}
      </p>
      <div class={css.actions}>
        <button type="button" class="button small" disabled={isBusy} aria-label={`Test ${name}`} onClick={() => void attempt(test)}>
          Test
        </button>
        <button type="button" class="button small" disabled={isBusy} aria-label={`${isActive ? "Pause" : "Resume"} ${name}`} onClick={() => void attempt(pause)}>
          {isActive ? "Pause" : "Resume"}
        </button>
        <button type="button" class="button small" aria-label={`Change ${name}`} onClick={() => onOpen({ kind: "change", webhook })}>
          Change
        </button>
        <button type="button" class="button small" aria-label={`Show deliveries of ${name}`} onClick={onShow}>
          Deliveries
        </button>
        <button type="button" class="button small quiet" aria-label={`Delete ${name}`} onClick={() => onOpen({ kind: "delete", webhook })}>
          Delete
        </button>
      </div>
    </li>
  );
}

function DeleteDialog({ webhook, onClose }: { readonly webhook: Webhook; readonly onClose: () => void }) {
  const save = async () => {
    await deleteWebhook(webhook.webhook_id);
    say(`Webhook ${webhook.name} deleted`);
  };
  return (
    <FormDialog title={`Delete the webhook “${webhook.name}”`} action="Delete" isReady onSave={save} onClose={onClose}>
      <p>
        Its secret, its log and what waits to be sent to it go with it. It is told of {plural(eventsOf(webhook).length, "event")} now.
      </p>
    </FormDialog>
  );
}
