/** Unpack the strips and tiles of a TIFF. */

import { TiffError, type TiffPage } from "./directory";

const NAMES: Readonly<Record<number, string>> = { 2: "CCITT", 3: "fax", 4: "fax", 6: "JPEG", 7: "JPEG", 34712: "JPEG 2000", 34925: "LZMA", 50000: "Zstandard", 50001: "WebP" };
const CLEAR = 256;
const END = 257;

/** Return the bytes of one strip or tile, `size` long; what is lacking at its end stays zero. */
export async function unpack(page: TiffPage, packed: Uint8Array, size: number): Promise<Uint8Array> {
  switch (page.compression) {
    case 1:
      return fill(packed, size);
    case 5:
      return unpackLzw(packed, size);
    case 8:
    case 32946:
      return inflate(packed, size);
    case 32773:
      return unpackBits(packed, size);
    default:
      throw new TiffError(`The picture is packed as ${NAMES[page.compression] ?? `“${page.compression}”`}, which is not shown here.`);
  }
}

/** Return what is sure to have `size` bytes, as a copy that may be changed. */
function fill(bytes: Uint8Array, size: number): Uint8Array {
  const filled = new Uint8Array(size);
  filled.set(bytes.subarray(0, size));
  return filled;
}

async function inflate(packed: Uint8Array, size: number): Promise<Uint8Array> {
  const whole = new Uint8Array(size);
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  const write = writer.write(new Uint8Array(packed)).then(() => writer.close());
  // What is wrong with the bytes is said by the reader; what comes after the last of them is of no matter.
  write.catch(() => undefined);
  const reader = stream.readable.getReader();
  let at = 0;
  try {
    while (at < size) {
      const { value, done } = await reader.read();
      if (done) break;
      whole.set(value.subarray(0, size - at), at);
      at += value.length;
    }
  } catch (error) {
    if (at === 0) throw new TiffError("The picture cannot be unpacked: its bytes are broken.", { cause: error });
  } finally {
    reader.cancel().catch(() => undefined);
  }
  return whole;
}

function unpackBits(packed: Uint8Array, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (let from = 0; from < packed.length && at < size; ) {
    const head = packed[from++] ?? 0;
    if (head < 128) {
      const part = packed.subarray(from, from + head + 1).subarray(0, size - at);
      whole.set(part, at);
      at += part.length;
      from += head + 1;
    } else if (head > 128) {
      const end = Math.min(size, at + 257 - head);
      whole.fill(packed[from++] ?? 0, at, end);
      at = end;
    }
  }
  return whole;
}

/** Unpack LZW as TIFF writes it: from the highest bit on, and with codes that grow one code early. */
function unpackLzw(packed: Uint8Array, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  const starts = new Int32Array(4097);
  const lengths = new Int32Array(4097);
  let [at, width, next, previous] = [0, 9, END + 1, -1];
  let [buffer, held] = [0, 0];
  for (let from = 0; at < size; ) {
    while (held < width && from < packed.length) {
      buffer = ((buffer << 8) | (packed[from++] ?? 0)) & 0xffffff;
      held += 8;
    }
    if (held < width) break;
    const code = (buffer >> (held - width)) & ((1 << width) - 1);
    held -= width;
    if (code === END) break;
    if (code === CLEAR) {
      [width, next, previous] = [9, END + 1, -1];
      continue;
    }
    if (code > next || (code === next && previous < 0)) throw new TiffError("The picture cannot be unpacked: its bytes are broken.");
    // Each new code is the one before and one byte more, which stand side by side in what is written already.
    const start = at;
    if (previous >= 0 && next < 4096) {
      starts[next] = start - (previous < CLEAR ? 1 : (lengths[previous] ?? 0));
      lengths[next] = (previous < CLEAR ? 1 : (lengths[previous] ?? 0)) + 1;
      next++;
    }
    if (code < CLEAR) whole[at++] = code;
    else {
      const first = starts[code] ?? 0;
      for (let index = 0; index < (lengths[code] ?? 0) && at < size; index++) whole[at++] = whole[first + index] ?? 0;
    }
    previous = code;
    if (next >= (1 << width) - 1 && width < 12) width++;
  }
  return whole;
}

/** Undo what was done before packing: each sample was written as its difference to the one on the left. */
export function undoPredictor(page: TiffPage, bytes: Uint8Array, samples: number): void {
  if (page.predictor === 1) return;
  const size = page.bits / 8;
  if (page.predictor !== 2 || ![1, 2, 4].includes(size)) throw new TiffError("The picture is packed with a predictor that is not known here.");
  const view = new DataView(bytes.buffer);
  const row = page.chunkWidth * samples * size;
  const get = [view.getUint8, view.getUint16, view.getUint16, view.getUint32][size - 1]?.bind(view) ?? view.getUint8.bind(view);
  const set = [view.setUint8, view.setUint16, view.setUint16, view.setUint32][size - 1]?.bind(view) ?? view.setUint8.bind(view);
  for (let start = 0; start + row <= bytes.length; start += row) {
    for (let at = start + samples * size; at < start + row; at += size) {
      set(at, get(at, page.isLittle) + get(at - samples * size, page.isLittle), page.isLittle);
    }
  }
}
