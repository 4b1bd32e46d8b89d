/** The registry's log in words. */

import type { RegistryAction, RegistryEvent } from "../api/schema";

const MOST = 120;
const NONE = "nothing";

/** Say what happened, as it follows the name of who did it. */
export function describeEvent({ action, name, version = "", key = "", old, new: value }: RegistryEvent): string {
  switch (action) {
    case "create_model":
      return "created the model";
    case "update_model":
      return "changed the description of the model";
    case "rename_model":
      return `renamed the model from ${quote(old)} to ${quote(value ?? name)}`;
    case "delete_model":
      return "deleted the model";
    case "set_model_tag":
      return `set the tag ${key} ${fromTo(old, value)}`;
    case "delete_model_tag":
      return `removed the tag ${key}, which was ${quote(old)}`;
    case "create_version":
      return `registered version ${version}`;
    case "update_version":
      return `changed the description of version ${version}`;
    case "delete_version":
      return `deleted version ${version}`;
    case "set_version_tag":
      return `set the tag ${key} of version ${version} ${fromTo(old, value)}`;
    case "delete_version_tag":
      return `removed the tag ${key} of version ${version}, which was ${quote(old)}`;
    case "set_alias":
      return old ? `moved @${key} from version ${old} to version ${value ?? version}` : `pointed @${key} at version ${value ?? version}`;
    case "delete_alias":
      return `removed @${key}${old ? ` from version ${old}` : ""}`;
    case "move_stage":
      return `moved version ${version} from ${old ?? "None"} to ${value ?? "None"}`;
    case "refuse":
      return `was refused ${key} for version ${version}: ${value ?? ""}`;
    case "roll_back":
      return `rolled ${key} back from ${old ? `version ${old}` : NONE} to version ${value ?? version}`;
    case "approve":
      return `approved version ${version} as ${key}`;
    case "withdraw":
      return `withdrew the approval of version ${version} as ${key}`;
    case "set_policy":
      return value ? "set the policy" : "removed the policy";
    case "request_promotion":
      return `asked that version ${version} becomes ${key}`;
    case "comment_request":
      return `commented on the request that version ${version} becomes ${key}`;
    case "approve_request":
      return `approved the request that version ${version} becomes ${key}`;
    case "reject_request":
      return `rejected the request that version ${version} becomes ${key}`;
    case "withdraw_request":
      return `withdrew the request that version ${version} becomes ${key}`;
    case "deploy":
      return `deployed version ${version} to ${key}${old ? `, which ran version ${old}` : ""}`;
    case "undeploy":
      return `took version ${old ?? version} from ${key}`;
  }
}

function fromTo(old: string | null | undefined, value: string | null | undefined): string {
  return old === null || old === undefined ? `to ${quote(value)}` : `from ${quote(old)} to ${quote(value)}`;
}

function quote(text: string | null | undefined): string {
  if (!text) return NONE;
  return `“${text.length > MOST ? `${text.slice(0, MOST)}…` : text}”`;
}

/** What a reader of a history may want to see of it alone. */
export const SUBJECTS = {
  promotions: {
    title: "Aliases and stages",
    actions: ["set_alias", "delete_alias", "move_stage", "roll_back", "refuse"],
  },
  requests: {
    title: "Requests and approvals",
    actions: ["request_promotion", "comment_request", "approve_request", "reject_request", "withdraw_request", "approve", "withdraw", "refuse"],
  },
  versions: { title: "Versions and deployments", actions: ["create_version", "delete_version", "deploy", "undeploy"] },
  words: {
    title: "Names, descriptions and tags",
    actions: ["create_model", "update_model", "rename_model", "update_version", "set_model_tag", "delete_model_tag", "set_version_tag", "delete_version_tag"],
  },
  policy: { title: "Policy", actions: ["set_policy"] },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly actions: readonly RegistryAction[] }>>;

/** Return the actions of a subject; without a known one, none: everything is meant. */
export const actionsOf = (subject: string): readonly RegistryAction[] => Object.entries(SUBJECTS).find(([name]) => name === subject)?.[1].actions ?? [];

/** What changes nothing of a model. */
const NO_CHANGES: ReadonlySet<RegistryAction> = new Set(["refuse", "request_promotion", "comment_request", "reject_request", "withdraw_request"]);

/** Return who changed each model last, as far as a log (the newest first) tells. */
export function lastUsers(events: readonly RegistryEvent[]): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const { name, action, user_id: user = "" } of events) {
    if (!NO_CHANGES.has(action) && !users.has(name)) users.set(name, user);
  }
  return users;
}
