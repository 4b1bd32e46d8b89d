import { useState } from "preact/hooks";
import type { Webhook } from "../api/schema";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import css from "./settings.module.css";
import { createWebhook, EVENTS, eventsOf, nameEvent, updateWebhook } from "./settings-api";

interface WebhookDialogProps {
  /** The webhook to change; null for a new one. */
  readonly webhook: Webhook | null;
  readonly onClose: () => void;
}

/** Ask what a webhook is told, and where. */
export function WebhookDialog({ webhook, onClose }: WebhookDialogProps) {
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [secret, setSecret] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(webhook ? eventsOf(webhook).map(nameEvent) : []));
  const toggle = (event: string) => {
    const next = new Set(chosen);
    if (!next.delete(event)) next.add(event);
    setChosen(next);
  };
  const save = async () => {
    const events = EVENTS.map(({ event }) => event).filter((event) => chosen.has(nameEvent(event)));
    const texts = { name: name.trim(), url: url.trim(), description: description.trim(), events };
    if (webhook) await updateWebhook({ webhook_id: webhook.webhook_id, ...texts, ...(secret ? { secret } : {}) });
    else await createWebhook({ ...texts, secret });
    say(webhook ? `Webhook ${texts.name} changed` : `Webhook ${texts.name} made`);
  };
  const isReady = name.trim() !== "" && url.trim() !== "" && chosen.size > 0;
  return (
    <FormDialog title={webhook ? "Change the webhook" : "New webhook"} action={webhook ? "Change" : "Create"} isReady={isReady} onSave={save} onClose={onClose}>
      <label>
        Name
        <input class="field" autofocus required maxLength={63} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        Address
        <input
          class="field"
          type="url"
          required
          placeholder="https://example.com/hooks/models"
          value={url}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
      </label>
      <fieldset class={css.events}>
        <legend>Tell it when</legend>
        {EVENTS.map(({ event, text }) => (
          <label key={text}>
            <input type="checkbox" checked={chosen.has(nameEvent(event))} onChange={() => toggle(nameEvent(event))} />
            {text}
          </label>
        ))}
      </fieldset>
      <label>
        <span>
          Secret <span class="muted">{webhook ? "(empty: stays as it is)" : "(optional; signs what is sent)"}</span>
        </span>
        <input class="field" type="password" autocomplete="new-password" value={secret} onInput={(event) => setSecret(event.currentTarget.value)} />
      </label>
      <label>
        <span>
          Description <span class="muted">(optional)</span>
        </span>
        <input class="field" maxLength={1000} value={description} onInput={(event) => setDescription(event.currentTarget.value)} />
      </label>
    </FormDialog>
  );
}
