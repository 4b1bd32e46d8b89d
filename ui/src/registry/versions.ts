/** What the pages say of versions and models. */

import type { ModelVersion, ModelVersionStatus, RegisteredModel } from "../api/schema";
import type { Pill } from "../grid/text-cell";
import { isSystemTag } from "../panels/tags";

export const NO_STAGE = "None";
const ACTIVE_STAGES = ["Staging", "Production"];
const ARCHIVED = "Archived";

export const STATUS: Readonly<Record<ModelVersionStatus, { readonly word: string; readonly tone: string }>> = {
  READY: { word: "ready", tone: "ok" },
  PENDING_REGISTRATION: { word: "pending", tone: "run" },
  FAILED_REGISTRATION: { word: "failed", tone: "bad" },
};

/** Return the number of the highest version, or an empty text without any. */
export function latestVersion({ latest_versions: versions = [] }: RegisteredModel): string {
  const numbers = versions.map(({ version }) => Number(version));
  return numbers.length > 0 ? String(Math.max(...numbers)) : "";
}

/** Return the aliases with the versions they point at. */
export function aliasPills({ aliases = [] }: RegisteredModel): Pill[] {
  return aliases.map(({ alias, version }) => ({ text: `@${alias} → ${version}`, isStrong: true }));
}

/** Return the stages in use with their highest version. */
export function stagePills({ latest_versions: versions = [] }: RegisteredModel): Pill[] {
  return versions.filter(({ current_stage: stage }) => stage !== NO_STAGE).map((one) => ({ text: `${one.current_stage} ${one.version}` }));
}

interface Tag {
  readonly key: string;
  readonly value?: string;
}

/** Return the tags that people set. */
export function tagPills(tags: readonly Tag[] = []): Pill[] {
  return tags.filter(({ key }) => !isSystemTag(key)).map(({ key, value }) => ({ text: value ? `${key}: ${value}` : key }));
}

export const tagMap = (tags: readonly Tag[] = []): ReadonlyMap<string, string> => new Map(tags.map(({ key, value }) => [key, value ?? ""]));

/** Return the stages that a policy has, in their order. */
export function allStages(own: readonly string[] = []): string[] {
  return [NO_STAGE, ...(own.length > 0 ? own : ACTIVE_STAGES), ARCHIVED];
}

/** Whether versions in a stage are in use, so that others may be archived for them. */
export const isActiveStage = (stage: string): boolean => stage !== NO_STAGE && stage !== ARCHIVED;

/** Return the name of a version for a title. */
export const titleOf = ({ name, version }: Pick<ModelVersion, "name" | "version">): string => `${name} · version ${version}`;
