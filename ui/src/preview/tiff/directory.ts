/** What stands in the directories of a TIFF file: one of each picture in it. */

/** A picture that cannot be read, said so that a person understands it. */
export class TiffError extends Error {}

const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8] as const;
const MOST_PAGES = 1000;
const MOST_PIXELS = 50_000_000;
const MOST_BITS = 64;

const TAGS = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planar: 284,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  extraSamples: 338,
  sampleFormat: 339,
} as const;

type Fields = ReadonlyMap<number, readonly number[]>;

/** One picture: what its bytes mean, and where they are. */
export interface TiffPage {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly samples: number;
  readonly compression: number;
  readonly photometric: number;
  readonly predictor: number;
  readonly isPlanar: boolean;
  readonly isBitsReversed: boolean;
  readonly kind: "unsigned" | "signed" | "float";
  readonly colorMap: readonly number[];
  /** Which sample says how opaque a pixel is; -1 if none does. */
  readonly alpha: number;
  readonly isLittle: boolean;
  readonly chunkWidth: number;
  readonly chunkHeight: number;
  readonly chunks: readonly { readonly offset: number; readonly bytes: number }[];
}

/** Read the directories of a whole file; a file that is no TIFF, or a broken one, throws a `TiffError`. */
export function readTiff(file: Uint8Array): readonly TiffPage[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  try {
    return readPages(view);
  } catch (error) {
    if (error instanceof RangeError) throw new TiffError("The picture ends too early: the file is not whole.");
    throw error;
  }
}

function readPages(view: DataView): TiffPage[] {
  const order = view.getUint16(0);
  const isLittle = order === 0x4949;
  const version = view.getUint16(2, isLittle);
  if ((!isLittle && order !== 0x4d4d) || (version !== 42 && version !== 43)) throw new TiffError("The file is no TIFF, whatever its name says.");
  if (version === 43) throw new TiffError("This is a BigTIFF, which is not shown here.");
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  for (let at = view.getUint32(4, isLittle); at !== 0 && !seen.has(at) && pages.length < MOST_PAGES; ) {
    seen.add(at);
    const count = view.getUint16(at, isLittle);
    const fields = new Map<number, readonly number[]>();
    for (let entry = at + 2; entry < at + 2 + 12 * count; entry += 12) fields.set(view.getUint16(entry, isLittle), readField(view, entry, isLittle));
    pages.push(readPage(fields, isLittle));
    at = view.getUint32(at + 2 + 12 * count, isLittle);
  }
  if (pages.length === 0) throw new TiffError("There is no picture in the file.");
  return pages;
}

function readField(view: DataView, entry: number, isLittle: boolean): readonly number[] {
  const type = view.getUint16(entry + 2, isLittle);
  const count = view.getUint32(entry + 4, isLittle);
  const size = SIZES[type] ?? 0;
  if (![1, 3, 4].includes(type)) return []; // no tag that is needed has another type
  if (size * count > view.byteLength) throw new RangeError();
  const start = size * count <= 4 ? entry + 8 : view.getUint32(entry + 8, isLittle);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return type === 1 ? view.getUint8(at) : type === 3 ? view.getUint16(at, isLittle) : view.getUint32(at, isLittle);
  });
}

function readPage(fields: Fields, isLittle: boolean): TiffPage {
  const list = (tag: keyof typeof TAGS): readonly number[] => fields.get(TAGS[tag]) ?? [];
  const one = (tag: keyof typeof TAGS, otherwise: number): number => list(tag)[0] ?? otherwise;
  const [width, height] = [one("width", 0), one("height", 0)];
  if (width === 0 || height === 0) throw new TiffError("The picture has no size.");
  if (width * height > MOST_PIXELS) throw new TiffError(`The picture has ${width} × ${height} pixels, which are too many to show here.`);
  const bits = one("bits", 1);
  if (bits > MOST_BITS || new Set(list("bits")).size > 1) throw new TiffError(`Samples of ${list("bits").join(", ")} bits are not shown here.`);
  const photometric = one("photometric", 1);
  const samples = one("samples", 1);
  const isTiled = list("tileOffsets").length > 0;
  const offsets = list(isTiled ? "tileOffsets" : "stripOffsets");
  const bytes = list(isTiled ? "tileBytes" : "stripBytes");
  return {
    width,
    height,
    bits,
    samples,
    photometric,
    isLittle,
    compression: one("compression", 1),
    predictor: one("predictor", 1),
    isPlanar: one("planar", 1) === 2 && samples > 1,
    isBitsReversed: one("fillOrder", 1) === 2,
    kind: (["unsigned", "signed", "float"] as const)[one("sampleFormat", 1) - 1] ?? "unsigned",
    colorMap: list("colorMap"),
    alpha: [1, 2].includes(one("extraSamples", 0)) ? samples - list("extraSamples").length : -1,
    chunkWidth: isTiled ? one("tileWidth", width) : width,
    chunkHeight: isTiled ? one("tileHeight", height) : Math.min(height, one("rowsPerStrip", height)),
    chunks: offsets.map((offset, index) => ({ offset, bytes: bytes[index] ?? Number.MAX_SAFE_INTEGER })),
  };
}
