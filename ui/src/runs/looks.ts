/** How the cells of a column look: a bar or heat behind the number, and how the number is written. */

import { formatNumber } from "../lib/format";

export const MARKS = ["bar", "heat", "plain"] as const;
export type Mark = (typeof MARKS)[number];
export const FORMATS = ["auto", "full", "percent", "power"] as const;
export type Format = (typeof FORMATS)[number];

export interface Look {
  readonly mark: Mark;
  readonly format: Format;
}

export type Looks = ReadonlyMap<string, Look>;

export const DEFAULT_LOOK: Look = { mark: "bar", format: "auto" };

export const MARK_NAMES: Readonly<Record<Mark, string>> = { bar: "Bars", heat: "Heat", plain: "Neither" };
export const FORMAT_NAMES: Readonly<Record<Format, string>> = {
  auto: "Four digits",
  full: "All digits",
  percent: "Per cent",
  power: "Powers of ten",
};

/** Read looks as `metrics.auc heat percent`; words that mean nothing are passed over. */
export function readLooks(items: readonly string[]): Looks {
  const looks = new Map<string, Look>();
  for (const item of items) {
    const [, column = "", words = ""] = /^(.*?)((?: (?:bar|heat|plain|auto|full|percent|power))*)$/.exec(item) ?? [];
    const given = words.split(" ");
    const mark = MARKS.find((word) => given.includes(word)) ?? DEFAULT_LOOK.mark;
    const format = FORMATS.find((word) => given.includes(word)) ?? DEFAULT_LOOK.format;
    if (column && !isDefault({ mark, format })) looks.set(column, { mark, format });
  }
  return looks;
}

/** Write what `readLooks` reads, without what is at its default. */
export function writeLooks(looks: Looks): string[] {
  return [...looks]
    .filter(([, look]) => !isDefault(look))
    .map(([column, { mark, format }]) => {
      const words = [mark === DEFAULT_LOOK.mark ? "" : mark, format === DEFAULT_LOOK.format ? "" : format];
      return [column, ...words.filter((word) => word !== "")].join(" ");
    });
}

/** Return the looks with one changed. */
export function changeLook(looks: Looks, column: string, part: Partial<Look>): Looks {
  return new Map(looks).set(column, { ...(looks.get(column) ?? DEFAULT_LOOK), ...part });
}

/** Write a number as a column's format wants it. */
export function writeNumber(value: number, format: Format): string {
  if (!Number.isFinite(value) || format === "auto") return formatNumber(value);
  if (format === "full") return String(value);
  return format === "percent" ? `${(value * 100).toPrecision(4)} %` : value.toExponential(3);
}

function isDefault({ mark, format }: Look): boolean {
  return mark === DEFAULT_LOOK.mark && format === DEFAULT_LOOK.format;
}
