/** A picture as data: shapes and words, drawn on a canvas or written as SVG from the same description. */

export interface Shape {
  /** An SVG path. */
  readonly path: string;
  /** CSS colours; variables are allowed. */
  readonly stroke?: string;
  readonly fill?: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly alpha?: number;
  /** The run it stands for: drawn in front while that run is looked at. */
  readonly run?: string;
}

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly align?: "left" | "center" | "right";
  readonly baseline?: "top" | "middle" | "bottom";
  readonly color?: string;
  readonly size?: number;
  readonly isBold?: boolean;
  /** Whether it stands out against lines behind it. */
  readonly hasHalo?: boolean;
  /** Degrees, clockwise, around its place. */
  readonly angle?: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
  readonly labels: readonly Label[];
  /** Words that stand over the picture on the page, such as headings that are buttons, and in it in a file. */
  readonly headings?: readonly Label[];
}

/** The scene with everything that belongs into a file. */
export const wholeScene = ({ headings = [], ...scene }: Scene): Scene => ({ ...scene, labels: [...scene.labels, ...headings] });

export const FONT = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
export const LABEL_SIZE = 10;

const n = (value: number): string => String(Math.round(value * 100) / 100);

export const lineTo = (x0: number, y0: number, x1: number, y1: number): string => `M${n(x0)} ${n(y0)}L${n(x1)} ${n(y1)}`;

export const box = (x: number, y: number, width: number, height: number): string =>
  `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}Z`;

export const disc = (x: number, y: number, r: number): string =>
  `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0Z`;

/** A path through points; where x or y is not finite the pen is lifted. */
export function polyline(points: Iterable<readonly [number, number]>): string {
  let path = "";
  let isDown = false;
  for (const [x, y] of points) {
    const isHere = Number.isFinite(x) && Number.isFinite(y);
    if (isHere) path += `${isDown ? "L" : "M"}${n(x)} ${n(y)}`;
    isDown = isHere;
  }
  return path;
}

/** A path through points from left to right that is level at each; where x or y is not finite the pen is lifted. */
export function curve(points: Iterable<readonly [number, number]>): string {
  let path = "";
  let before: readonly [number, number] | null = null;
  for (const [x, y] of points) {
    const isHere = Number.isFinite(x) && Number.isFinite(y);
    const middle = before ? (before[0] + x) / 2 : x;
    if (isHere) path += before ? `C${n(middle)} ${n(before[1])} ${n(middle)} ${n(y)} ${n(x)} ${n(y)}` : `M${n(x)} ${n(y)}`;
    before = isHere ? [x, y] : null;
  }
  return path;
}

/** How much of the way from one point to the next such a curve has gone up or down at a share of the way to the right. */
export function easeCurve(share: number): number {
  let at = share;
  for (let round = 0; round < 8; round++) at -= (at ** 3 - 1.5 * at ** 2 + 1.5 * at - share) / (3 * at ** 2 - 3 * at + 1.5);
  return 3 * at ** 2 - 2 * at ** 3;
}

const rulers = new Map<number, (text: string) => number>();

/** How wide a text is, in the font that the reader's machine has for labels. */
export function widthOf(text: string, size = LABEL_SIZE): number {
  const ruler = rulers.get(size) ?? makeRuler(size);
  rulers.set(size, ruler);
  return ruler(text);
}

function makeRuler(size: number): (text: string) => number {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen) return (text) => text.length * size * 0.56;
  pen.font = `${size}px ${FONT}`;
  return (text) => pen.measureText(text).width;
}

/** Shorten a text to `width` pixels, but not below three letters. */
export function shorten(text: string, width: number): string {
  if (text.length <= 3 || widthOf(text) <= width) return text;
  let kept = Math.max(2, Math.floor((text.length * width) / widthOf(text)));
  while (kept > 2 && widthOf(`${text.slice(0, kept)}…`) > width) kept--;
  return `${text.slice(0, kept)}…`;
}
