/** What changes when the aliases of a version are written anew. */

import { readWords } from "./policy";

export interface AliasChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Return what a list of aliases, with or without @, adds to those a version has, and takes from them. */
export function changesOfAliases(own: readonly string[], text: string): AliasChanges {
  const wanted = [...new Set(readWords(text).map((word) => word.replace(/^@/, "")).filter(Boolean))];
  return { added: wanted.filter((alias) => !own.includes(alias)), removed: own.filter((alias) => !wanted.includes(alias)) };
}
