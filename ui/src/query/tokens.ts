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

/** Return the filter to send: each plain word becomes a search in the run's name, or in any of `keys`. */
export function toFilter(text: string, key = "attributes.run_name", others: readonly string[] = []): string {
  const trimmed = text.trim();
  if (!trimmed || !isPlain(trimmed)) return trimmed;
  const words = trimmed.split(/\s+/).map((word) => word.replaceAll(/['"%]/g, ""));
  return words
    .filter((word) => word !== "")
    .map((word) => {
      const tests = [key, ...others].map((one) => `${one} ILIKE '%${word}%'`);
      return tests.length > 1 ? `(${tests.join(" OR ")})` : tests.join("");
    })
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

/** What can be completed at the caret: which part of a clause, where it starts, and what was typed of it. */
export interface Place {
  readonly kind: "key" | "operator" | "value";
  /** The key before an operator or value, as the language writes it. */
  readonly key: string;
  readonly start: number;
  readonly typed: string;
}

/** Return what can be completed at the caret, or null. */
export function placeAt(text: string, caret: number): Place | null {
  const tokens = tokenize(text.slice(0, caret));
  const last = tokens.at(-1);
  const isBegun = last !== undefined && last.kind !== "space" && last.text !== "(" && last.text !== ",";
  const begun = isBegun ? last : undefined;
  const before = tokens.filter(({ kind }) => kind !== "space").slice(0, isBegun ? -1 : undefined);
  const start = begun?.start ?? caret;
  const typed = begun?.text ?? "";
  const previous = before.at(-1);
  if (isKeyPlace(previous, before)) return !begun || isName(begun) ? { kind: "key", key: "", start, typed } : null;
  const key = before.findLast(({ kind }) => kind === "key")?.text ?? "";
  if (previous?.kind === "key") {
    const isOperator = !begun || begun.kind === "operator" || isName(begun);
    return isOperator ? { kind: "operator", key, start, typed } : null;
  }
  const isAfterOperator = previous?.kind === "operator" || /^(like|ilike|in|,|\()$/i.test(previous?.text ?? "");
  if (!key || !isAfterOperator) return null;
  return !begun || begun.kind === "value" || isName(begun) ? { kind: "value", key, start, typed } : null;
}

function isName({ kind }: Token): boolean {
  return kind === "key" || kind === "word";
}

/** Return whether a key comes after `previous`; a parenthesis or comma may also be that of a list of values. */
function isKeyPlace(previous: Token | undefined, before: readonly Token[]): boolean {
  if (!previous) return true;
  if (previous.kind === "word") return /^(and|or|not)$/i.test(previous.text);
  if (previous.text !== "(") return false;
  return !/^in$/i.test(before.at(-2)?.text ?? "");
}

/** Return the column that a key of the language names: `params.`a b`` is `params.a b`. */
export function unquoteKey(key: string): string {
  return key.replaceAll("`", "");
}
