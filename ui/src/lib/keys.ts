/** Keyboard shortcuts of one letter; off in text fields, and off altogether if the reader says so. */

import { signal } from "@preact/signals";

const SETTING = "headwater.keys";
const SEQUENCE_MS = 1000;

/** Return whether single-letter shortcuts are on. */
export function areKeysOn(): boolean {
  return localStorage.getItem(SETTING) !== "off";
}

/** Turn single-letter shortcuts on or off. */
export function setKeysOn(on: boolean): void {
  localStorage.setItem(SETTING, on ? "on" : "off");
}

/** Return whether an event happens where letters are text. */
export function isTyping(event: Event): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range", "button"].includes(target.type);
  return target.isContentEditable || target.matches("textarea,select") || target.closest("dialog[open]") !== null;
}

/** Listen for keys such as `/`, `Alt+m` or the sequence `g h`; returns what stops listening. */
export function onKeys(actions: Readonly<Record<string, (event: KeyboardEvent) => void>>): () => void {
  let first = "";
  let firstAt = 0;
  const listen = (event: KeyboardEvent) => {
    const name = `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.key}`;
    const isPlain = name === event.key && event.key.length === 1;
    if (event.defaultPrevented || (isPlain && (isTyping(event) || !areKeysOn()))) return;
    const sequence = event.timeStamp - firstAt < SEQUENCE_MS ? `${first} ${name}` : name;
    const action = actions[sequence] ?? actions[name];
    first = name;
    firstAt = event.timeStamp;
    if (!action) return;
    event.preventDefault();
    action(event);
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}

/** The keys that are valid on the page, with what they do. */
export const shownKeys = signal<readonly Readonly<Record<string, string>>[]>([]);

/** Tell the reader who asks for them of keys and what they do; returns what takes them back. */
export function showKeys(words: Readonly<Record<string, string>>): () => void {
  shownKeys.value = [...shownKeys.value, words];
  return () => {
    shownKeys.value = shownKeys.value.filter((known) => known !== words);
  };
}
