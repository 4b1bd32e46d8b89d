/** Runs as points in the plane: which one is under the pointer, and their values as a table. */

import { Delaunay } from "d3-delaunay";
import { writeValue } from "./axis";
import type { Hit } from "./figure";
import type { Sheet } from "./sheet";
import type { Field, Frame } from "./frame";

export interface Point {
  readonly row: number;
  readonly x: number;
  readonly y: number;
}

/** Make what finds the nearest point within `reach` pixels, and tells its fields. */
export function finder(frame: Frame, points: readonly Point[], reach: number, fields: readonly Field[]): (x: number, y: number) => Hit | null {
  const tree = points.length > 0 ? Delaunay.from(points, ({ x }) => x, ({ y }) => y) : null;
  return (x, y) => {
    const near = tree ? points[tree.find(x, y)] : undefined;
    if (!near || Math.hypot(near.x - x, near.y - y) > reach) return null;
    const rows = fields.map((field) => [field.title, writeValue(field, near.row)] as const);
    return { run: frame.runIds[near.row] ?? "", x: near.x, y: near.y, title: frame.names[near.row] ?? "", rows };
  };
}

/** Return the fields of some runs as a table. */
export function sheetOf(frame: Frame, rows: readonly number[], fields: readonly Field[]): Sheet {
  return {
    head: ["run_id", "run", ...fields.map(({ title }) => title)],
    rows: rows.map((row) => [frame.runIds[row] ?? "", frame.names[row] ?? "", ...fields.map(({ texts }) => texts[row] ?? "")]),
  };
}
