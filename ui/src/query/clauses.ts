/** A search as the clauses that must all hold: what the chips show is the same text, cut at its ANDs. */

import { isPlain, quoteKey, tokenize, writeEqual } from "./tokens";

/** Split a search at the ANDs between its clauses; one with an OR outside parentheses is a single clause. */
export function splitClauses(text: string): string[] {
  const clauses: string[] = [];
  let depth = 0;
  let start = 0;
  let isBetween = false;
  for (const { kind, text: piece, start: at } of tokenize(text)) {
    if (piece === "(") depth++;
    else if (piece === ")") depth--;
    if (kind !== "word" || depth !== 0) continue;
    const word = piece.toUpperCase();
    if (word === "OR") return text.trim() ? [text.trim()] : [];
    if (word === "BETWEEN") isBetween = true;
    else if (word === "AND" && isBetween) isBetween = false;
    else if (word === "AND") {
      clauses.push(text.slice(start, at).trim());
      start = at + piece.length;
    }
  }
  clauses.push(text.slice(start).trim());
  return clauses.filter((clause) => clause !== "");
}

/** Join clauses to a search; one with an OR is put in parentheses beside others. */
export function joinClauses(clauses: readonly string[]): string {
  if (clauses.length < 2) return clauses.join("");
  return clauses.map((clause) => (hasOpenOr(clause) ? `(${clause})` : clause)).join(" AND ");
}

/** Return the key that a clause tests, as the language writes it; empty if it tests several. */
export function keyOfClause(clause: string): string {
  const keys = tokenize(clause).filter(({ kind }) => kind === "key");
  return keys.length === 1 ? (keys[0]?.text ?? "") : "";
}

/** Replace the clauses of a key by others, in the place of the first. */
export function replaceClauses(text: string, key: string, clauses: readonly string[]): string {
  const before = splitClauses(text);
  const at = before.findIndex((clause) => keyOfClause(clause) === key);
  const kept = before.filter((clause) => keyOfClause(clause) !== key);
  const place = at < 0 ? kept.length : at;
  return joinClauses([...kept.slice(0, place), ...clauses, ...kept.slice(place)]);
}

/** Return the search without its last clause; of plain words, without the last word. */
export function dropLastClause(text: string): { readonly rest: string; readonly dropped: string } {
  if (isPlain(text)) {
    const words = text.trim().split(/\s+/);
    return { rest: words.slice(0, -1).join(" "), dropped: words.at(-1) ?? "" };
  }
  const clauses = splitClauses(text);
  const dropped = clauses.at(-1) ?? "";
  return { rest: joinClauses(clauses.slice(0, -1)), dropped };
}

/** Write that a column has one of these texts. */
export function writeOneOf(column: string, values: readonly string[]): string[] {
  const key = quoteKey(column);
  if (values.length === 0) return [];
  const [first = ""] = values;
  if (values.length === 1) return [writeEqual(key, first)];
  if (values.some((value) => value.includes("'"))) return [`(${values.map((value) => writeEqual(key, value)).join(" OR ")})`];
  return [`${key} IN (${values.map((value) => `'${value}'`).join(", ")})`];
}

/** Return the texts that a search wants of a column, as `writeOneOf` wrote them. */
export function readOneOf(text: string, column: string): string[] {
  const key = quoteKey(column);
  const clause = splitClauses(text).find((one) => tokenize(one).some(({ text: piece }) => piece === key));
  if (!clause || !/^\(|^[^<>!]*(=|\bIN\b)/i.test(clause)) return [];
  return tokenize(clause)
    .filter(({ kind, text: piece }) => kind === "value" && /^['"]/.test(piece))
    .map(({ text: piece }) => piece.slice(1, -1));
}

/** Write that a column is in a range; a side without a bound is absent. */
export function writeRange(column: string, low: number | null, high: number | null): string[] {
  const key = quoteKey(column);
  return [low === null ? "" : `${key} >= ${low}`, high === null ? "" : `${key} <= ${high}`].filter((clause) => clause !== "");
}

/** Return the bounds that a search sets to a column. */
export function readRange(text: string, column: string): { readonly low: number | null; readonly high: number | null } {
  const key = quoteKey(column);
  const bounds: { low: number | null; high: number | null } = { low: null, high: null };
  for (const clause of splitClauses(text)) {
    if (keyOfClause(clause) !== key) continue;
    const [, operator = "", number = ""] = /([<>]=?)\s*(-?[\d.]+(?:e[+-]?\d+)?)\s*$/i.exec(clause) ?? [];
    if (operator.startsWith(">")) bounds.low = Number(number);
    else if (operator.startsWith("<")) bounds.high = Number(number);
  }
  return bounds;
}

function hasOpenOr(clause: string): boolean {
  let depth = 0;
  for (const { kind, text } of tokenize(clause)) {
    if (text === "(") depth++;
    else if (text === ")") depth--;
    else if (kind === "word" && depth === 0 && text.toUpperCase() === "OR") return true;
  }
  return false;
}
