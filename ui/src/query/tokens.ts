/** The search language as coloured pieces, and plain words as a search in it. */

export type TokenKind = "key" | "operator" | "word" | "value" | "paren" | "space" | "other";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
}

const PATTERN =
  /(?<space>\s+)|(?<value>'[^']*'?|"[^"]*"?(?!\.)|-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?<word>(?:AND|OR|NOT|IN|LIKE|ILIKE|IS|NULL|BETWEEN|TRUE|FALSE)(?![\w.]))|(?<key>(?:[A-Za-z_]\w*\.)?(?:`[^`]*`?|[A-Za-z_][\w./:-]*))|(?<operator>[=!<>~&|]+)|(?<paren>[(),])|(?<other>.)/giy;

/** Split a search into tokens; together they are the text, whatever it is. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(PATTERN)) {
    const kind = KINDS.find((name) => match.groups?.[name] !== undefined) ?? "other";
    tokens.push({ kind, text: match[0], start: match.index });
  }
  return tokens;
}

const KINDS: readonly TokenKind[] = ["space", "value", "word", "key", "operator", "paren", "other"];

/** Return whether a text is meant as plain words, not as the search language. */
export function isPlain(text: string): boolean {
  return !tokenize(text).some(
    ({ kind, text: piece, start }) =>
      kind === "operator" || (kind === "word" && start > 0 && !/^(and|or|not|true|false|null)$/i.test(piece)),
  );
}

/** Return the filter to send: plain words become searches in the run's name. */
export function toFilter(text: string, key = "attributes.run_name"): string {
  const trimmed = text.trim();
  if (!trimmed || !isPlain(trimmed)) return trimmed;
  const words = trimmed.split(/\s+/).map((word) => word.replaceAll(/['"%]/g, ""));
  return words
    .filter((word) => word !== "")
    .map((word) => `${key} ILIKE '%${word}%'`)
    .join(" AND ");
}

/** Write that a key is this text; one with both kinds of quotes, which the language has no way to write, is a pattern. */
export function writeEqual(key: string, text: string): string {
  if (!text.includes("'")) return `${key} = '${text}'`;
  if (!text.includes('"')) return `${key} = "${text}"`;
  return `${key} LIKE '${text.replaceAll("'", "_")}'`;
}

/** Return the position (from 0) that an error message of the server names, or -1. */
export function errorPosition(message: string): number {
  const match = /\(at position (\d+)/.exec(message);
  return match ? Number(match[1]) - 1 : -1;
}

/** Write a key as the language wants it: odd characters in backticks. */
export function quoteKey(column: string): string {
  const dot = column.indexOf(".");
  const key = column.slice(dot + 1);
  return /^[A-Za-z_]\w*$/.test(key) ? column : `${column.slice(0, dot + 1)}\`${key}\``;
}

/** What can be completed at the caret: where the begun key starts, and what was typed of it. */
export function keyAt(text: string, caret: number): { readonly start: number; readonly typed: string } | null {
  const tokens = tokenize(text.slice(0, caret));
  const last = tokens.at(-1);
  const before = tokens.filter(({ kind }) => kind !== "space").at(last?.kind === "space" ? -1 : -2);
  const isKeyPlace = !before || (before.kind === "word" && /^(and|or|not)$/i.test(before.text)) || before.text === "(";
  if (!isKeyPlace) return null;
  if (!last || last.kind === "space" || last.text === "(") return { start: caret, typed: "" };
  return last.kind === "key" || last.kind === "word" ? { start: last.start, typed: last.text } : null;
}
