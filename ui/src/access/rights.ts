/** Who the reader is, and what that allows: the same order of grants as the server's. */

import type { Kind, Level, Me, ViewInfo } from "../api/schema";

/** An experiment, by its ID, or a registered model, by its name. */
export interface Thing {
  readonly kind: Kind;
  readonly resource: string;
}

/** Stands for all things of a kind. */
export const EVERYTHING = "*";

/** What can be granted, each including the ones before it. */
export const LEVELS: readonly Level[] = ["NO_PERMISSIONS", "READ", "EDIT", "MANAGE"];

/** The levels in the words of people. */
export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  NO_PERMISSIONS: "Nothing: it is hidden",
  READ: "Read",
  EDIT: "Read and edit",
  MANAGE: "Manage: edit, delete and grant",
};

export const KIND_WORDS: Readonly<Record<Kind, string>> = { experiment: "experiment", registered_model: "model" };

const reaches = (level: Level, needed: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(needed);

/** Return what somebody may do with a thing; everything as long as nothing is known. */
export function levelOf(me: Me | null, { kind, resource }: Thing): Level {
  if (!me?.authentication || me.user?.is_admin) return "MANAGE";
  const about = (me.grants ?? []).filter((grant) => grant.kind === kind);
  for (const name of [resource, EVERYTHING]) {
    const here = about.filter((grant) => grant.resource === name);
    const own = here.filter(({ username }) => username);
    const found = own.length > 0 ? own : here;
    if (found.length > 0) return highest(found.map(({ level }) => level));
  }
  return me.default ?? "MANAGE";
}

function highest(levels: readonly Level[]): Level {
  return LEVELS.findLast((level) => levels.includes(level)) ?? "NO_PERMISSIONS";
}

const NOUNS: Readonly<Record<Kind, string>> = { experiment: "this experiment", registered_model: "this model" };
const VERBS: Readonly<Record<Level, string>> = { NO_PERMISSIONS: "see", READ: "read", EDIT: "edit", MANAGE: "manage" };

/** Return why somebody may not do something with all of these things; empty if they may. */
export function refusalOf(me: Me | null, things: readonly Thing[], needed: Level): string {
  const refused = things.find((thing) => !reaches(levelOf(me, thing), needed));
  if (!refused) return "";
  const noun = NOUNS[refused.kind];
  const level = levelOf(me, refused);
  return `You may ${level === "NO_PERMISSIONS" ? "not see" : VERBS[level]} ${noun}, not ${VERBS[needed]} it. Ask an administrator, or somebody who manages it, to grant you more.`;
}

/** Return why somebody may not change a view or report: one of no experiment is its owner's; empty if they may. */
export function refusalOfView(me: Me | null, { experiment_id: resource, owner }: Pick<ViewInfo, "experiment_id" | "owner">): string {
  if (resource) return refusalOf(me, [{ kind: "experiment", resource }], "EDIT");
  if (!me?.authentication || me.user?.is_admin || me.user?.username === owner) return "";
  return `It belongs to ${owner || "somebody who is not known"}: only they and administrators change it. Make a copy to go on from it.`;
}
