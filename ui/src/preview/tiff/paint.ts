/** Turn a picture of a TIFF into the pixels of a canvas. */

import { TiffError, type TiffPage } from "./directory";
import { undoPredictor, unpack } from "./unpack";

type Sample = (at: number, index: number) => number;

/** The pixels of a picture; of one with more than 256 shades, also which values are black and white. */
export interface Painted {
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly range: readonly [number, number] | null;
}

const WHITE_IS_ZERO = 0;
const RGB = 2;
const PALETTE = 3;
const CMYK = 5;
const COLORS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4 };
const NAMES: Readonly<Record<number, string>> = { 6: "YCbCr", 8: "Lab", 9: "Lab", 10: "Lab", 32803: "a camera's raw colours" };

/** Unpack and paint one picture of a file. */
export async function paintTiff(file: Uint8Array, page: TiffPage): Promise<Painted> {
  const colors = COLORS[page.photometric];
  if (colors === undefined || colors > page.samples) {
    throw new TiffError(`Pictures in ${NAMES[page.photometric] ?? "colours of this kind"} are not shown here.`);
  }
  const wanted = page.alpha >= 0 ? [...Array(colors).keys(), page.alpha] : [...Array(colors).keys()];
  const values = await readValues(file, page, wanted);
  // More shades than a screen has, or numbers of any size: the least is black, the greatest white.
  const isMeasured = page.kind !== "unsigned" || (page.bits > 8 && colors === 1 && page.photometric !== PALETTE);
  const range = isMeasured ? findRange(values, wanted.length, colors) : null;
  return { pixels: paint(page, values, { colors, stride: wanted.length, range }), range };
}

/** Read the wanted samples of all pixels, one after another. */
async function readValues(file: Uint8Array, page: TiffPage, wanted: readonly number[]): Promise<Float32Array> {
  const { width, height, chunkWidth, chunkHeight } = page;
  const values = new Float32Array(width * height * wanted.length);
  const [across, down] = [Math.ceil(width / chunkWidth), Math.ceil(height / chunkHeight)];
  const inChunk = page.isPlanar ? 1 : page.samples;
  const rowBytes = Math.ceil((chunkWidth * inChunk * page.bits) / 8);
  for (const [place, sample] of wanted.entries()) {
    if (place > 0 && !page.isPlanar) break; // all at once, below
    for (let index = 0; index < across * down; index++) {
      const chunk = page.chunks[index + (page.isPlanar ? sample * across * down : 0)];
      if (!chunk) throw new RangeError("The picture lacks parts.");
      const [left, top] = [(index % across) * chunkWidth, Math.floor(index / across) * chunkHeight];
      const [right, bottom] = [Math.min(width, left + chunkWidth), Math.min(height, top + chunkHeight)];
      const packed = file.subarray(chunk.offset, chunk.offset + chunk.bytes);
      const bytes = await unpack(page, page.isBitsReversed ? packed.map(reverseBits) : packed, rowBytes * chunkHeight);
      undoPredictor(page, bytes, inChunk);
      const read = readerOf(page, bytes);
      for (let y = top; y < bottom; y++) {
        const row = (y - top) * rowBytes;
        for (let x = left; x < right; x++) {
          const to = (y * width + x) * wanted.length;
          if (page.isPlanar) values[to + place] = read(row, x - left);
          else for (const [at, one] of wanted.entries()) values[to + at] = read(row, (x - left) * inChunk + one);
        }
      }
    }
  }
  return values;
}

function reverseBits(byte: number): number {
  let turned = 0;
  for (let bit = 0; bit < 8; bit++) turned |= ((byte >> bit) & 1) << (7 - bit);
  return turned;
}

/** Return what reads the sample at an index of the row that starts at a byte. */
function readerOf({ bits, kind, isLittle }: TiffPage, bytes: Uint8Array): Sample {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bits === 8 && kind === "unsigned") return (row, index) => bytes[row + index] ?? 0;
  if (bits < 8 && 8 % bits === 0) {
    const perByte = 8 / bits;
    return (row, index) => ((bytes[row + Math.floor(index / perByte)] ?? 0) >> (8 - bits - bits * (index % perByte))) & ((1 << bits) - 1);
  }
  switch (`${kind} ${bits}`) {
    case "signed 8":
      return (row, index) => view.getInt8(row + index);
    case "unsigned 16":
      return (row, index) => view.getUint16(row + 2 * index, isLittle);
    case "signed 16":
      return (row, index) => view.getInt16(row + 2 * index, isLittle);
    case "unsigned 32":
      return (row, index) => view.getUint32(row + 4 * index, isLittle);
    case "signed 32":
      return (row, index) => view.getInt32(row + 4 * index, isLittle);
    case "float 32":
      return (row, index) => view.getFloat32(row + 4 * index, isLittle);
    case "float 64":
      return (row, index) => view.getFloat64(row + 8 * index, isLittle);
    default:
      throw new TiffError(`Samples of ${bits} bits are not shown here.`);
  }
}

function findRange(values: Float32Array, stride: number, colors: number): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? Number.NaN;
    if (at % stride >= colors || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 0];
}

interface Shades {
  readonly colors: number;
  /** The samples of a pixel, with the one of its opacity. */
  readonly stride: number;
  readonly range: readonly [number, number] | null;
}

function paint(page: TiffPage, values: Float32Array, { colors, stride, range }: Shades): Uint8ClampedArray<ArrayBuffer> {
  const most = 2 ** page.bits - 1;
  const [low, high] = range ?? [0, most];
  const scale = high > low ? 255 / (high - low) : 0;
  const pixels = new Uint8ClampedArray(4 * page.width * page.height);
  const shades = page.colorMap.length / 3;
  for (let from = 0, to = 0; to < pixels.length; from += stride, to += 4) {
    const shade = (index: number) => ((values[from + index] ?? 0) - low) * scale;
    if (page.photometric === PALETTE) {
      for (let color = 0; color < 3; color++) pixels[to + color] = (page.colorMap[color * shades + (values[from] ?? 0)] ?? 0) / 257;
    } else if (page.photometric === RGB) {
      for (let color = 0; color < 3; color++) pixels[to + color] = shade(color);
    } else if (page.photometric === CMYK) {
      for (let color = 0; color < 3; color++) pixels[to + color] = ((255 - shade(color)) * (255 - shade(3))) / 255;
    } else {
      const gray = page.photometric === WHITE_IS_ZERO ? 255 - shade(0) : shade(0);
      pixels.fill(gray, to, to + 3);
    }
    pixels[to + 3] = stride > colors ? ((values[from + colors] ?? 0) * 255) / (page.kind === "float" ? 1 : most) : 255;
  }
  return pixels;
}
