/** Terminal colours in logs. Nothing of a log becomes a link or markup, whatever sequences it holds. */

import { splitMatches } from "./matches";

export interface Piece {
  readonly text: string;
  /** `red`, `bright-red`, …; empty for the usual colour. */
  readonly color: string;
  readonly isBold: boolean;
  readonly isFaint: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
}

type Look = Omit<Piece, "text">;

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
/* eslint-disable no-control-regex -- escape sequences are what this is about */
const SEQUENCE =
  /\u001b\[([0-?]*)[ -/]*([@-~])|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;
/* eslint-enable no-control-regex */

const PLAIN: Look = { color: "", isBold: false, isFaint: false, isItalic: false, isUnderlined: false };

/** Name the colour of sixteen that is nearest: those are readable on both backgrounds. */
function nameRgb(red: number, green: number, blue: number): string {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 40) return most < 64 ? "black" : most < 176 ? "bright-black" : most < 232 ? "white" : "bright-white";
  const limit = least + (most - least) / 2;
  const name = NAMES[(red > limit ? 1 : 0) + (green > limit ? 2 : 0) + (blue > limit ? 4 : 0)] ?? "";
  return most > 216 ? `bright-${name}` : name;
}

/** Name a colour of the palette of 256. */
function nameOfPalette(index: number): string {
  if (index < 8) return NAMES[index] ?? "";
  if (index < 16) return `bright-${NAMES[index - 8] ?? ""}`;
  if (index >= 232) return nameRgb(8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232));
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const place = index - 16;
  return nameRgb(level(Math.floor(place / 36)), level(Math.floor(place / 6) % 6), level(place % 6));
}

function apply(words: readonly string[], look: Look): Look {
  let next = look;
  for (let i = 0; i < words.length; i++) {
    const parts = (words[i] ?? "").split(":");
    const code = Number(parts[0]);
    if (code === 38 || code === 48) {
      // The numbers of a long colour stand behind colons in one word, or in the words that follow.
      const given = parts.length > 1 ? parts.slice(1) : words.slice(i + 1, i + (words[i + 1] === "5" ? 3 : 5));
      if (parts.length === 1) i += given.length;
      const [kind, ...rest] = given.map(Number);
      const [red = 0, green = 0, blue = 0] = rest.slice(-3);
      if (code === 38) next = { ...next, color: kind === 5 ? nameOfPalette(rest[0] ?? 0) : nameRgb(red, green, blue) };
    } else next = applyOne(code, parts[1] === "0", next);
  }
  return next;
}

function applyOne(code: number, isOff: boolean, look: Look): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, isBold: true };
  if (code === 2) return { ...look, isFaint: true };
  if (code === 3) return { ...look, isItalic: true };
  if (code === 4 || code === 21) return { ...look, isUnderlined: !isOff };
  if (code === 22) return { ...look, isBold: false, isFaint: false };
  if (code === 23) return { ...look, isItalic: false };
  if (code === 24) return { ...look, isUnderlined: false };
  if (code === 39) return { ...look, color: "" };
  if (code >= 30 && code <= 37) return { ...look, color: NAMES[code - 30] ?? "" };
  return code >= 90 && code <= 97 ? { ...look, color: `bright-${NAMES[code - 90] ?? ""}` } : look;
}

/** Split a line into pieces of one look; other control sequences are dropped. Colours do not outlive the line. */
export function splitAnsi(line: string): Piece[] {
  const written = line.replace(/\r+$/, "");
  const text = written.slice(written.lastIndexOf("\r") + 1);
  const pieces: Piece[] = [];
  let look = PLAIN;
  let from = 0;
  const push = (part: string) => {
    if (part) pieces.push({ text: part, ...look });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    push(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") look = apply((match[1] ?? "").split(";"), look);
  }
  push(text.slice(from));
  return pieces;
}

/** Cut pieces at the matches of `needle`, which may reach over several of them. */
export function markPieces(pieces: readonly Piece[], needle: string): (Piece & { readonly isMatch: boolean })[] {
  const parts = needle ? splitMatches(pieces.map(({ text }) => text).join(""), needle) : [];
  if (parts.length < 2) return pieces.map((piece) => ({ ...piece, isMatch: false }));
  let part = 0;
  let room = parts[0]?.length ?? 0;
  return pieces.flatMap((piece) => {
    const cut = [];
    let rest = piece.text;
    while (rest !== "") {
      while (room === 0 && part < parts.length - 1) room = parts[++part]?.length ?? 0;
      const text = rest.slice(0, room || rest.length);
      cut.push({ ...piece, text, isMatch: part % 2 === 1 });
      rest = rest.slice(text.length);
      room -= text.length;
    }
    return cut;
  });
}

/** Return what is read of a line. */
export const stripAnsi = (line: string): string => (line.includes("\u001b") || line.includes("\r") ? splitAnsi(line).map(({ text }) => text).join("") : line);
