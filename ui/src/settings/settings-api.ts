/** The requests of the settings' pages. */

import { callMlflow, callNative, changeMlflow, readMlflow, readNative } from "../api/client";
import type {
  CollectBlobsResponse,
  CompactResponse,
  CreateWebhook,
  DeliveryStatus,
  Delivery,
  ListDeliveriesResponse,
  ListTrashResponse,
  ListWebhooksResponse,
  PurgeTrashResponse,
  TestWebhookResponse,
  UpdateWebhook,
  Webhook,
  WebhookEvent,
  WebhookTestResult,
} from "../api/schema";
import type { Page } from "../api/use-pages";
import { refresh } from "../api/use-query";

const PAGE = 100;

/** The events that happen here, in the words of people. */
export const EVENTS: readonly { readonly event: WebhookEvent; readonly text: string }[] = [
  { event: { entity: "REGISTERED_MODEL", action: "CREATED" }, text: "A model is registered" },
  { event: { entity: "MODEL_VERSION", action: "CREATED" }, text: "A model gets a version" },
  { event: { entity: "MODEL_VERSION_ALIAS", action: "CREATED" }, text: "An alias is set" },
  { event: { entity: "MODEL_VERSION_ALIAS", action: "DELETED" }, text: "An alias is removed" },
  { event: { entity: "MODEL_VERSION_TAG", action: "SET" }, text: "A version's tag is set" },
  { event: { entity: "MODEL_VERSION_TAG", action: "DELETED" }, text: "A version's tag is removed" },
  { event: { entity: "PROMOTION_REQUEST", action: "CREATED" }, text: "A promotion is asked for" },
  { event: { entity: "PROMOTION_REQUEST", action: "COMMENTED" }, text: "A request for a promotion is commented on" },
  { event: { entity: "PROMOTION_REQUEST", action: "APPROVED" }, text: "A request for a promotion is approved" },
  { event: { entity: "PROMOTION_REQUEST", action: "REJECTED" }, text: "A request for a promotion is rejected" },
  { event: { entity: "PROMOTION_REQUEST", action: "WITHDRAWN" }, text: "A request for a promotion is withdrawn" },
  { event: { entity: "RUN", action: "CREATED" }, text: "A run begins" },
  { event: { entity: "RUN", action: "FINISHED" }, text: "A run finishes" },
  { event: { entity: "RUN", action: "FAILED" }, text: "A run fails" },
  { event: { entity: "RUN", action: "KILLED" }, text: "A run is killed" },
  { event: { entity: "ALERT", action: "RAISED" }, text: "An alert is raised" },
];

/** Return the name of an event, such as `run.failed`. */
export const nameEvent = ({ entity, action }: WebhookEvent): string => `${entity}.${action}`.toLowerCase();

/** Return everything that a webhook is told of. */
export const eventsOf = (webhook: Webhook): readonly WebhookEvent[] => [...webhook.events, ...webhook.headwater_events];

export async function listWebhooks(token: string, signal: AbortSignal): Promise<Page<Webhook>> {
  const question = { max_results: PAGE, page_token: token, with_headwater: true };
  const answer = await readMlflow<ListWebhooksResponse>("webhooks", question, signal);
  return { items: answer.webhooks ?? [], next: answer.next_page_token ?? "" };
}

export async function createWebhook(webhook: CreateWebhook): Promise<void> {
  await callMlflow("webhooks", webhook);
  refresh("webhooks");
}

export async function updateWebhook({ webhook_id: id, ...change }: UpdateWebhook): Promise<void> {
  await changeMlflow("PATCH", `webhooks/${encodeURIComponent(id)}`, change);
  refresh("webhooks");
}

export async function deleteWebhook(id: string): Promise<void> {
  await changeMlflow("DELETE", `webhooks/${encodeURIComponent(id)}`, {});
  refresh("webhooks");
}

export async function testWebhook(id: string): Promise<WebhookTestResult> {
  const answer = await callMlflow<TestWebhookResponse>(`webhooks/${encodeURIComponent(id)}/test`, {});
  refresh("webhooks", "deliveries");
  return answer.result;
}

export async function listDeliveries(
  webhookId: string,
  status: DeliveryStatus | "",
  token: string,
  signal: AbortSignal,
): Promise<Page<Delivery>> {
  const question = { webhook_id: webhookId, status, max_results: PAGE, page_token: token };
  const answer = await readNative<ListDeliveriesResponse>("webhooks/deliveries", question, signal);
  return { items: answer.deliveries ?? [], next: answer.next_page_token ?? "" };
}

export async function retryDelivery(id: string): Promise<void> {
  await callNative("webhooks/retry", { delivery_id: id });
  refresh("webhooks", "deliveries");
}

export const listTrash = (olderMs: number, signal: AbortSignal): Promise<ListTrashResponse> =>
  callNative("trash/list", { older_than_ms: olderMs }, signal);

/** Delete what was in the trash for so long, a stretch at a time; tells how much is left after each. */
export async function emptyTrash(olderMs: number, onLeft: (runs: number) => void): Promise<void> {
  let left = 1;
  while (left > 0) {
    const answer = await callNative<PurgeTrashResponse>("trash/purge", { older_than_ms: olderMs });
    left = answer.remaining;
    onLeft(left);
  }
  refresh("trash");
  refresh("experiments");
  refresh("runs");
}

/** What was given back: files and bytes. */
export interface Freed {
  readonly files: number;
  readonly bytes: number;
}

/** Delete, or only count, artifact bytes that nothing names; tells how far it is, from 0 to 1. */
export async function collectBlobs(isDry: boolean, onProgress: (share: number) => void): Promise<Freed> {
  let cursor = "";
  let freed: Freed = { files: 0, bytes: 0 };
  do {
    const answer = await callNative<CollectBlobsResponse>("trash/collect-blobs", { cursor, dry_run: isDry });
    freed = { files: freed.files + answer.files, bytes: freed.bytes + answer.bytes };
    cursor = answer.cursor;
    onProgress(Number(answer.progress));
  } while (cursor);
  return freed;
}

/** Give the room of deleted rows back to the disk; returns how many bytes that was. */
export async function compactDatabase(): Promise<number> {
  let bytes = 0;
  for (;;) {
    const answer = await callNative<CompactResponse>("trash/compact", {});
    bytes += answer.bytes;
    if (answer.remaining <= 0 || answer.bytes <= 0) return bytes;
  }
}
