/** How much a token may do of what its user may. */

import type { Permission, TokenScope } from "../api/schema";
import { EVERYTHING } from "./rights";

export const REACHES = ["all", "experiments", "models", "these"] as const;
export type Reach = (typeof REACHES)[number];

export const REACH_WORDS: Readonly<Record<Reach, string>> = {
  all: "All experiments and models",
  experiments: "All experiments, no models",
  models: "All models, no experiments",
  these: "These alone:",
};

export const TOKEN_LEVELS = ["ADMIN", "MANAGE", "EDIT", "READ"] as const satisfies readonly Permission[];
export type TokenLevel = (typeof TOKEN_LEVELS)[number];

/** What is said of a level of somebody, named with the verb: `you may`. */
export const wordsOfLevel = (level: Permission, who: string): string =>
  level === "READ" ? "Read" : level === "EDIT" ? "Read and write" : level === "MANAGE" ? `What ${who}, but no administration and no tokens` : `All that ${who}`;

export interface ScopeChoice {
  readonly level: TokenLevel;
  readonly reach: Reach;
  /** The ids of experiments and the names of models, where these alone are meant. */
  readonly experiments: readonly string[];
  readonly models: readonly string[];
}

/** Write what was chosen as the server reads it. */
export function writeScope({ level, reach, experiments, models }: ScopeChoice): TokenScope {
  switch (reach) {
    case "all":
      return { level };
    case "experiments":
      return { level, experiments: [EVERYTHING] };
    case "models":
      return { level, registered_models: [EVERYTHING] };
    case "these":
      return { level, experiments, registered_models: models };
  }
}

const SHORT: Readonly<Record<Permission, string>> = { ADMIN: "everything", MANAGE: "manage", EDIT: "read and write", READ: "read", SELF: "" };

/** Say in a few words what a token may do; `names` are of experiments, by id. */
export function describeScope({ level = "ADMIN", experiments, registered_models: models }: TokenScope, names: ReadonlyMap<string, string>): string {
  const isLimited = Array.isArray(experiments) || Array.isArray(models);
  if (!isLimited) return SHORT[level];
  const parts = [
    ...describeThings("experiments", (experiments ?? []).map((id) => names.get(id) ?? id)),
    ...describeThings("models", models ?? []),
  ];
  return `${SHORT[level]}: ${parts.join(", ") || "nothing that is left"}`;
}

function describeThings(kind: string, things: readonly string[]): string[] {
  return things.includes(EVERYTHING) ? [`all ${kind}`] : [...things];
}
