/** Terminal colours in logs. */

export interface Piece {
  readonly text: string;
  /** `red`, `bright-red`, …; empty for the usual colour. */
  readonly color: string;
  readonly isBold: boolean;
}

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// eslint-disable-next-line no-control-regex -- escape sequences are what this is about
const SEQUENCE = /\u001b\[([0-9;?]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|[\u0000-\u0008\u000b-\u001a\u001c-\u001f]/g;

interface State {
  readonly color: string;
  readonly isBold: boolean;
}

const PLAIN: State = { color: "", isBold: false };

function apply(codes: readonly number[], state: State): State {
  let next = state;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) next = PLAIN;
    else if (code === 1) next = { ...next, isBold: true };
    else if (code === 22) next = { ...next, isBold: false };
    else if (code === 39) next = { ...next, color: "" };
    else if (code >= 30 && code <= 37) next = { ...next, color: NAMES[code - 30] ?? "" };
    else if (code >= 90 && code <= 97) next = { ...next, color: `bright-${NAMES[code - 90] ?? ""}` };
    else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4;
  }
  return next;
}

/** Split a line into pieces of one colour; other control sequences are dropped. Colours do not outlive the line. */
export function splitAnsi(line: string): Piece[] {
  const written = line.replace(/\r+$/, "");
  const text = written.slice(written.lastIndexOf("\r") + 1);
  const pieces: Piece[] = [];
  let state = PLAIN;
  let from = 0;
  const push = (part: string) => {
    if (part) pieces.push({ text: part, ...state });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    push(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") state = apply((match[1] ?? "").split(";").map(Number), state);
  }
  push(text.slice(from));
  return pieces;
}
