/** Colour code, with the highlighter and its languages read when they are first needed. */

import type { LanguageFn } from "highlight.js";

const LOADERS: Readonly<Record<string, () => Promise<{ default: LanguageFn }>>> = {
  json: () => import("highlight.js/lib/languages/json"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
  ini: () => import("highlight.js/lib/languages/ini"),
  python: () => import("highlight.js/lib/languages/python"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  css: () => import("highlight.js/lib/languages/css"),
  xml: () => import("highlight.js/lib/languages/xml"),
  bash: () => import("highlight.js/lib/languages/bash"),
  sql: () => import("highlight.js/lib/languages/sql"),
  diff: () => import("highlight.js/lib/languages/diff"),
};

/** Longer texts stay plain: colouring them would hold up the page. */
export const MAX_HIGHLIGHTED = 200_000;

/** Return `text` as HTML with the classes of highlight.js; null if the language is not known or the text too long. */
export async function highlight(text: string, language: string): Promise<string | null> {
  const load = LOADERS[language];
  if (!load || text.length > MAX_HIGHLIGHTED) return null;
  const [{ default: engine }, { default: definition }] = await Promise.all([import("highlight.js/lib/core"), load()]);
  engine.registerLanguage(language, definition);
  return engine.highlight(text, { language, ignoreIllegals: true }).value;
}

/** Split highlighted HTML at its line ends, closing and opening again the spans that reach over them. */
export function splitLines(html: string): string[] {
  const open: string[] = [];
  return html.split("\n").map((line) => {
    const before = open.join("");
    for (const tag of line.match(/<span[^>]*>|<\/span>/g) ?? []) {
      if (tag === "</span>") open.pop();
      else open.push(tag);
    }
    return before + line + "</span>".repeat(open.length);
  });
}
