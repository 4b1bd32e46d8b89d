/** What changed between two texts, word by word. */

export interface Piece {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

const MAX_WORDS = 600;

const split = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

/** Compare two texts by words; very long ones only as wholes. */
export function diffWords(before: string, after: string): Piece[] {
  if (before === after) return before ? [{ kind: "same", text: before }] : [];
  return diffParts(split(before), split(after));
}

/** Compare two texts by lines. */
export function diffLines(before: string, after: string): Piece[] {
  const lines = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return diffParts(lines(before), lines(after));
}

function diffParts(before: readonly string[], after: readonly string[]): Piece[] {
  if (before.length > MAX_WORDS || after.length > MAX_WORDS) {
    return join([{ kind: "removed", text: before.join("") }, { kind: "added", text: after.join("") }]);
  }
  const width = after.length + 1;
  // How long the longest common subsequence is from each pair of places on.
  const lengths = new Uint16Array((before.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      pieces.push({ kind: "same", text: before[i] ?? "" });
      i++;
      j++;
    } else if (i < before.length && (j >= after.length || at(i + 1, j) >= at(i, j + 1))) {
      pieces.push({ kind: "removed", text: before[i++] ?? "" });
    } else {
      pieces.push({ kind: "added", text: after[j++] ?? "" });
    }
  }
  return join(pieces);
}

/** Put neighbours of one kind together. */
function join(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (piece.text === "") continue;
    if (last?.kind === piece.kind) joined[joined.length - 1] = { kind: last.kind, text: last.text + piece.text };
    else joined.push(piece);
  }
  return joined;
}
