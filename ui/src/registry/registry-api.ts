/** The requests of the registry's pages. */

import { refreshRights } from "../access/session";
import { ApiError, callMlflow, callNative, changeMlflow, reach, readMlflow, readNative, writeQuestion } from "../api/client";
import type {
  Approval,
  CheckPromotionResponse,
  Lineage,
  ListApprovalsResponse,
  ListEventsResponse,
  ListPromotionsResponse,
  ModelVersion,
  ModelVersionResponse,
  Policy,
  PolicyResponse,
  PromotionResponse,
  ProvenanceResponse,
  QueryVersions,
  QueryVersionsResponse,
  RegisteredModel,
  RegisteredModelResponse,
  RegistryAction,
  RegistryEvent,
  RollBackResponse,
  SearchModelVersionsResponse,
  SearchRegisteredModelsResponse,
  VersionComparison,
  VersionRow,
} from "../api/schema";
import type { Page } from "../api/use-pages";
import { refresh } from "../api/use-query";
import { writeEqual } from "../query/tokens";

const PAGE = 1000;

/** Who changes the registry, and why: what its log keeps. */
export interface Attribution {
  readonly user_id: string;
  readonly reason: string;
}

export async function searchModels(filter: string, order: string, token: string, signal: AbortSignal): Promise<Page<RegisteredModel>> {
  const question = { filter, order_by: [order], max_results: PAGE, page_token: token };
  const answer = await readMlflow<SearchRegisteredModelsResponse>("registered-models/search", question, signal);
  return { items: answer.registered_models ?? [], next: answer.next_page_token ?? "" };
}

export async function searchVersions(filter: string, order: string, token: string, signal?: AbortSignal): Promise<Page<ModelVersion>> {
  const question = { filter, order_by: [order], max_results: PAGE, page_token: token };
  const answer = await readMlflow<SearchModelVersionsResponse>("model-versions/search", question, signal);
  return { items: answer.model_versions ?? [], next: answer.next_page_token ?? "" };
}

/** A page of the table of versions, with what there is to choose columns from. */
export interface VersionPage extends Page<VersionRow> {
  readonly table: QueryVersionsResponse;
}

export async function queryVersions(question: QueryVersions, signal: AbortSignal): Promise<VersionPage> {
  const table = await callNative<QueryVersionsResponse>("registry/versions", question, signal);
  return { items: table.rows, next: table.next_page_token ?? "", table };
}

/** Return the filter that finds the versions of a model. */
export const versionsOf = (name: string): string => writeEqual("name", name);

export async function getModel(name: string, signal?: AbortSignal): Promise<RegisteredModel> {
  return (await readMlflow<RegisteredModelResponse>("registered-models/get", { name }, signal)).registered_model;
}

export async function getVersion(name: string, version: string, signal?: AbortSignal): Promise<ModelVersion> {
  return (await readMlflow<ModelVersionResponse>("model-versions/get", { name, version }, signal)).model_version;
}

export const getProvenance = (name: string, version: string, signal: AbortSignal): Promise<ProvenanceResponse> =>
  readNative("registry/provenance", { name, version }, signal);

export const getLineage = (name: string, version: string, signal: AbortSignal): Promise<Lineage> =>
  readNative("registry/lineage", { name, version }, signal);

export const compareVersions = (name: string, old: string, version: string, all: boolean, signal: AbortSignal): Promise<VersionComparison> =>
  readNative("registry/compare", { name, old, new: version, ...(all ? { include_equal: true } : {}) }, signal);

export const getPolicy = (name: string, signal: AbortSignal): Promise<PolicyResponse> => readNative("registry/policy", { name }, signal);

export async function setPolicy(name: string, policy: Policy | null, why: Attribution): Promise<void> {
  await change(callNative("registry/policy", { name, policy, ...why }));
}

export async function listApprovals(name: string, version: string, signal: AbortSignal): Promise<readonly Approval[]> {
  return (await readNative<ListApprovalsResponse>("registry/approvals", { name, version }, signal)).approvals;
}

export const approve = (name: string, version: string, role: string, withdraw: boolean, why: Attribution): Promise<void> =>
  change(callNative("registry/approvals", { name, version, role, withdraw, ...why }));

interface EventsQuestion {
  readonly version?: string;
  readonly most: number;
  readonly token?: string;
  /** Only these; without any, all. */
  readonly actions?: readonly RegistryAction[];
}

export async function listEvents(
  name: string,
  { version = "", most, token = "", actions = [] }: EventsQuestion,
  signal: AbortSignal,
): Promise<Page<RegistryEvent>> {
  const question = { name, version, newest_first: true, max_results: most, page_token: token, actions };
  const answer = await readNative<ListEventsResponse>("registry/events", question, signal);
  return { items: answer.events ?? [], next: answer.next_page_token ?? "" };
}

/** Return what was asked for of a model, or of one of its versions, the newest first. */
export const listRequests = (name: string, version: string, signal: AbortSignal): Promise<ListPromotionsResponse> =>
  readNative("registry/promotions", { name, ...(version ? { version } : {}) }, signal);

export const requestPromotion = (name: string, version: string, target: Target, archive: boolean, why: Attribution): Promise<void> =>
  change(callNative("registry/promotions", { name, version, ...target, archive_existing_versions: archive, ...why }));

export const commentRequest = (name: string, requestId: number, text: string, user: string): Promise<void> =>
  change(callNative("registry/promotions/comments", { name, request_id: requestId, text, user_id: user }));

export const decideRequest = (name: string, requestId: number, decision: "approve" | "reject" | "withdraw", why: Attribution): Promise<void> =>
  change(callNative<PromotionResponse>(`registry/promotions/${decision}`, { name, request_id: requestId, ...why }));

/** An alias or a stage; the other one is empty. */
export interface Target {
  readonly alias: string;
  readonly stage: string;
}

export const checkPromotion = (
  name: string,
  version: string,
  target: Target,
  why: Attribution,
  signal: AbortSignal,
): Promise<CheckPromotionResponse> => readNative("registry/check-promotion", { name, version, ...target, ...why }, signal);

/** Return where the bytes of a version's file are. */
export const fileAddress = (name: string, version: string, path: string): string =>
  `model-versions/get-artifact?${writeQuestion({ name, version, path })}`;

export async function readFile(name: string, version: string, path: string, signal: AbortSignal): Promise<string> {
  return (await reach(fileAddress(name, version, path), { signal })).text();
}

async function change(work: Promise<unknown>): Promise<void> {
  await work;
  refresh("registry");
}

export const setAlias = (name: string, alias: string, version: string, why: Attribution): Promise<void> =>
  change(callMlflow("registered-models/alias", { name, alias, version, ...why }));

export const deleteAlias = (name: string, alias: string, why: Attribution): Promise<void> =>
  change(changeMlflow("DELETE", "registered-models/alias", { name, alias, ...why }));

export const moveStage = (name: string, version: string, stage: string, archive: boolean, why: Attribution): Promise<void> =>
  change(callMlflow("model-versions/transition-stage", { name, version, stage, archive_existing_versions: archive, ...why }));

export async function rollBack(name: string, target: Target, version: string, why: Attribution): Promise<string> {
  const answer = await callNative<RollBackResponse>("registry/roll-back", { name, ...target, version, ...why });
  refresh("registry");
  return answer.new;
}

/** Where the files of a new version are. */
export interface VersionSource {
  readonly source: string;
  readonly run_id: string;
  readonly model_id: string;
}

/** Make the next version of a model, which is made if there is none of this name; return its number. */
export async function registerVersion(name: string, source: VersionSource, why: Attribution): Promise<string> {
  await callMlflow("registered-models/create", { name, ...why }).catch((failure: unknown) => {
    if (!(failure instanceof ApiError && failure.code === "RESOURCE_ALREADY_EXISTS")) throw failure;
  });
  await refreshRights();
  const answer = await callMlflow<ModelVersionResponse>("model-versions/create", { name, ...source, ...why });
  refresh("registry");
  return answer.model_version.version;
}

export async function createModel(name: string, description: string, why: Attribution): Promise<void> {
  await callMlflow("registered-models/create", { name, description, ...why });
  await refreshRights();
  refresh("registry");
}

/** Give a model another name; whoever shows it must go to the new one before it is read again. */
export async function renameModel(name: string, newName: string, why: Attribution): Promise<void> {
  await callMlflow("registered-models/rename", { name, new_name: newName, ...why });
  await refreshRights();
}

export const deleteModel = (name: string, why: Attribution): Promise<void> =>
  changeMlflow("DELETE", "registered-models/delete", { name, ...why });

export const deleteVersion = (name: string, version: string, why: Attribution): Promise<void> =>
  changeMlflow("DELETE", "model-versions/delete", { name, version, ...why });

export const describeModel = (name: string, description: string, user: string): Promise<void> =>
  change(changeMlflow("PATCH", "registered-models/update", { name, description, user_id: user }));

export const describeVersion = (name: string, version: string, description: string, user: string): Promise<void> =>
  change(changeMlflow("PATCH", "model-versions/update", { name, version, description, user_id: user }));

export const setModelTag = (name: string, key: string, value: string, user: string): Promise<void> =>
  change(callMlflow("registered-models/set-tag", { name, key, value, user_id: user }));

export const deleteModelTag = (name: string, key: string, user: string): Promise<void> =>
  change(changeMlflow("DELETE", "registered-models/delete-tag", { name, key, user_id: user }));

export const setVersionTag = (name: string, version: string, key: string, value: string, user: string): Promise<void> =>
  change(callMlflow("model-versions/set-tag", { name, version, key, value, user_id: user }));

export const deleteVersionTag = (name: string, version: string, key: string, user: string): Promise<void> =>
  change(changeMlflow("DELETE", "model-versions/delete-tag", { name, version, key, user_id: user }));
