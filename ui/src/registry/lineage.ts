/** A lineage as a drawing: each thing in a column to the right of everything that led to it. */

import type { EdgeKind, Lineage, LineageEdge, LineageNode, NodeKind } from "../api/schema";
import { loggedModelPage, modelPage, runPage, versionPage } from "./places";

/** Cards of two lines, or of one where a column is long. */
const HEIGHT = { usual: 46, compact: 28 } as const;
const LONG = 8;
const WIDTH = { least: 132, most: 220 } as const;
const GAP = { x: 36, y: 12, compactX: 72, compactY: 6 } as const;

export interface PlacedNode {
  readonly node: LineageNode;
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly edge: LineageEdge;
  /** Of an SVG. */
  readonly path: string;
}

export interface Drawing {
  /** In reading order: column by column. */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  /** How many things are not drawn, by kind. */
  readonly hidden: ReadonlyMap<NodeKind, number>;
  readonly cardWidth: number;
  readonly cardHeight: number;
  /** Whether a card has one line only. */
  readonly isCompact: boolean;
  readonly width: number;
  readonly height: number;
}

export const KINDS: Readonly<Record<NodeKind, string>> = {
  version: "version",
  alias: "alias",
  stage: "stage",
  deployment: "deployment",
  logged_model: "logged model",
  run: "run",
  dataset: "dataset",
  code: "code",
  environment: "environment",
};

const WORDS: Readonly<Record<EdgeKind, string>> = {
  read_by: "was read by",
  run_by: "was run by",
  produced: "produced",
  registered_as: "is registered as",
  copied_to: "was copied to",
  needed_by: "is needed by",
  named: "is named",
  in_stage: "is in stage",
  deployed_to: "is deployed to",
  parent_of: "is the parent of",
};

/** Return the page of a node, or an empty text if it has none here. */
export function pageOfNode({ id, kind, is_here: isHere = true }: LineageNode): string {
  if (!isHere) return "";
  if (kind === "logged_model") return loggedModelPage(id.slice("models:/".length));
  if (kind === "run") return runPage(id.slice("runs:/".length));
  const [, name = "", rest = ""] = /^models:\/([^/]+?)(?:[/@]([^/@]*))?$/.exec(id) ?? [];
  if (kind === "version") return versionPage(name, rest);
  return kind === "alias" || kind === "stage" ? modelPage(name) : "";
}

/** Say what a node led to. */
export function describeEdges(id: string, { edges, nodes }: Lineage): string {
  const labels = new Map(nodes.map((node) => [node.id, `${KINDS[node.kind]} ${node.label}`]));
  return edges
    .filter(({ source }) => source === id)
    .map(({ target, kind }) => `${WORDS[kind]} ${labels.get(target) ?? target}`)
    .join("; ");
}

/** Place everything in `room` pixels, if it fits; at most `most` things a column, those near to the root first. */
export function drawLineage(lineage: Lineage, most: number, room: number): Drawing {
  const columns = shorten(sortIntoColumns(lineage), lineage, most).filter((column) => column.length > 0);
  const tallest = Math.max(...columns.map((column) => column.length));
  const isCompact = tallest > LONG;
  const cardHeight = isCompact ? HEIGHT.compact : HEIGHT.usual;
  const gapX = isCompact ? GAP.compactX : GAP.x;
  const gapY = isCompact ? GAP.compactY : GAP.y;
  const share = Math.floor((room + gapX) / columns.length) - gapX;
  const cardWidth = Math.max(WIDTH.least, Math.min(WIDTH.most, share));
  const places = new Map<string, PlacedNode>();
  const stepX = cardWidth + gapX;
  const stepY = cardHeight + gapY;
  columns.forEach((column, index) => {
    const top = ((tallest - column.length) * stepY) / 2;
    for (const [row, node] of orderColumn(column, lineage, places).entries()) {
      places.set(node.id, { node, x: index * stepX, y: top + row * stepY });
    }
  });
  const edges = lineage.edges.flatMap((edge) => {
    const from = places.get(edge.source);
    const to = places.get(edge.target);
    return from && to ? [{ edge, path: curve(from, to, cardWidth, cardHeight) }] : [];
  });
  const nodes = [...places.values()];
  return {
    nodes,
    edges,
    hidden: countKinds(lineage.nodes.filter(({ id }) => !places.has(id))),
    cardWidth,
    cardHeight,
    isCompact,
    width: columns.length * stepX - gapX,
    height: tallest * stepY - gapY,
  };
}

function countKinds(nodes: readonly LineageNode[]): ReadonlyMap<NodeKind, number> {
  const counts = new Map<NodeKind, number>();
  for (const { kind } of nodes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function curve(from: PlacedNode, to: PlacedNode, cardWidth: number, cardHeight: number): string {
  const [x1, y1] = [from.x + cardWidth, from.y + cardHeight / 2];
  const [x2, y2] = [to.x, to.y + cardHeight / 2];
  const bend = Math.max(24, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/**
 * The column of a node is behind the last of what led to it; what nothing led to stands right before the first of what
 * it led to; what goes in a circle stays where it was met first.
 */
function sortIntoColumns({ nodes, edges }: Lineage): LineageNode[][] {
  const before = new Map<string, string[]>();
  for (const { source, target } of edges) before.set(target, [...(before.get(target) ?? []), source]);
  const depths = new Map<string, number>();
  const visit = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    depths.set(id, 0);
    const depth = Math.max(0, ...(before.get(id) ?? []).map((source) => visit(source) + 1));
    depths.set(id, depth);
    return depth;
  };
  for (const { id } of nodes) visit(id);
  const begins = new Map<string, number>();
  for (const { source, target } of edges) {
    if (before.has(source)) continue;
    begins.set(source, Math.min(begins.get(source) ?? Infinity, (depths.get(target) ?? 1) - 1));
  }
  const columns: LineageNode[][] = [];
  for (const node of nodes) (columns[Math.max(0, begins.get(node.id) ?? visit(node.id))] ??= []).push(node);
  return [...columns].map((column) => column ?? []).filter((column) => column.length > 0);
}

/** Keep at most `most` things a column: those near to the root first, of them those that led to more, and none whose links are all cut. */
function shorten(columns: readonly LineageNode[][], { root, edges, nodes }: Lineage, most: number): readonly LineageNode[][] {
  if (columns.every((column) => column.length <= most)) return columns;
  const places = new Map(columns.flatMap((column, index) => column.map((node) => [node.id, { node, index }] as const)));
  const neighbours = new Map(nodes.map(({ id }) => [id, new Set<string>()]));
  for (const { source, target } of edges) {
    neighbours.get(source)?.add(target);
    neighbours.get(target)?.add(source);
  }
  const room = columns.map(() => most);
  const kept = new Set<string>();
  const queue = [root];
  const keep = (id: string) => {
    const place = places.get(id);
    if (!place || kept.has(id) || (room[place.index] ?? 0) <= 0) return;
    room[place.index] = (room[place.index] ?? 0) - 1;
    kept.add(id);
    if (id !== root) queue.push(id);
  };
  keep(root);
  const degree = (id: string) => neighbours.get(id)?.size ?? 0;
  for (const id of queue) {
    const around = [...(neighbours.get(id) ?? [])].flatMap((other) => places.get(other)?.node ?? []);
    for (const node of dealKinds(around.sort((one, other) => degree(other.id) - degree(one.id)))) keep(node.id);
  }
  for (const { id } of nodes) if (degree(id) === 0) keep(id);
  return columns.map((column) => column.filter(({ id }) => kept.has(id)));
}

/** Take one of each kind in turn, so that none is left out because another one has many. */
function dealKinds(nodes: readonly LineageNode[]): LineageNode[] {
  const turns = new Map<NodeKind, number>();
  const dealt = nodes.map((node) => {
    const turn = turns.get(node.kind) ?? 0;
    turns.set(node.kind, turn + 1);
    return { node, turn };
  });
  return dealt.sort((a, b) => a.turn - b.turn).map(({ node }) => node);
}

/** Order a column by where what led to it stands, so that few lines cross. */
function orderColumn(column: readonly LineageNode[], { edges }: Lineage, places: ReadonlyMap<string, PlacedNode>): LineageNode[] {
  const heightOf = (id: string): number => {
    const heights = edges.filter(({ target }) => target === id).flatMap(({ source }) => places.get(source)?.y ?? []);
    return heights.length > 0 ? heights.reduce((sum, y) => sum + y, 0) / heights.length : Number.MAX_VALUE;
  };
  const heights = new Map(column.map(({ id }) => [id, heightOf(id)]));
  return [...column].sort((a, b) => (heights.get(a.id) ?? 0) - (heights.get(b.id) ?? 0));
}
