/** What the pages say of versions and models. */

import type { ModelVersion, ModelVersionStatus, RegisteredModel } from "../api/schema";
import type { Pill } from "../grid/text-cell";
import { isSystemTag } from "../panels/tags";
import { isPlain } from "../query/tokens";

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

/** Return the filter for what was written: numbers and aliases name versions, other words are looked for in stages and sources. */
export function toVersionFilter(search: string, aliases: RegisteredModel["aliases"] = []): string {
  const text = search.trim();
  if (text === "" || !isPlain(text.replaceAll("@", ""))) return text;
  const words = text.split(/\s+/).map((word) => word.replaceAll(/['"%]/g, "")).filter(Boolean);
  const numbers = words.filter(isNamed).map((word) => aliases.find(({ alias }) => `@${alias}` === word)?.version ?? (word.startsWith("@") ? "0" : word));
  const named = numbers.map((number) => `version_number = ${number}`).join(" OR ");
  const others = words.filter((word) => !isNamed(word)).map((word) => `(current_stage ILIKE '%${word}%' OR source_path ILIKE '%${word}%')`);
  return [...(named ? [numbers.length > 1 ? `(${named})` : named] : []), ...others].join(" AND ");
}

const isNamed = (word: string): boolean => /^(@.+|\d{1,18})$/.test(word);

const LONG_NAME = 60;

/** Whether a name takes so much room that a heading of it is written smaller. */
export const isLong = (name: string): boolean => name.length > LONG_NAME;

/** Return the name of a version for a title. */
export const titleOf = ({ name, version }: Pick<ModelVersion, "name" | "version">): string => `${name} · version ${version}`;
