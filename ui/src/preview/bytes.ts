/** Read a file piece by piece, and show bytes that are no text. */

/** What was read of a file so far. */
export interface Slice {
  readonly lines: readonly string[];
  /** Bytes read so far, and in all. */
  readonly read: number;
  readonly total: number;
  /** The bytes of a last line whose end is not read yet. */
  readonly rest: Uint8Array;
}

export const NOTHING_READ: Slice = { lines: [], read: 0, total: 0, rest: new Uint8Array(0) };

const NEWLINE = 10;
const LONGEST_LINE = 65_536;

/** Find where to cut: after the last line end, or, in a line too long to wait for, before its last character. */
function findCut(bytes: Uint8Array): number {
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  if (bytes.length - end < LONGEST_LINE) return end;
  let cut = bytes.length - 1;
  while (cut > end && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
  return cut;
}

/** Add the next `bytes` of a file of `total` bytes; a line, and a character, cut in two is completed by the next piece. */
export function addBytes(slice: Slice, bytes: Uint8Array, total: number): Slice {
  const joined = new Uint8Array(slice.rest.length + bytes.length);
  joined.set(slice.rest);
  joined.set(bytes, slice.rest.length);
  const read = slice.read + bytes.length;
  const end = read >= total ? joined.length : findCut(joined);
  const text = new TextDecoder().decode(joined.subarray(0, end));
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return { lines: [...slice.lines, ...lines], read, total, rest: joined.slice(end) };
}

/** Tell the total size from a `Content-Range` header like `bytes 0-9/120`; null if it says none. */
export function totalOf(contentRange: string | null): number | null {
  const total = Number(contentRange?.split("/")[1] ?? "x");
  return Number.isFinite(total) ? total : null;
}

/** Whether bytes look like text: UTF-8 without zero bytes (an unfinished last character is allowed). */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}

/** Write bytes as rows of offset, hexadecimal and printable characters, 16 to a row. */
export function toHex(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let from = 0; from < bytes.length; from += 16) {
    const part = [...bytes.subarray(from, from + 16)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    rows.push(`${from.toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return rows.join("\n");
}

/** Write a size: `0 B`, `1.2 kB`, `34 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit] ?? ""}`;
}
