/** A report: a document of blocks, kept by the server as a view of the kind `report` with all its versions. */

import { readFields, readList, readText } from "../lib/read";

export const KIND = "report";
export const MAX_ROWS = 100;
export const MAX_LINES = 20;

export interface MarkdownBlock {
  readonly type: "markdown";
  readonly text: string;
}

/** The runs of an experiment that a filter matches. */
export interface RunsBlock {
  readonly type: "runs";
  readonly experimentId: string;
  readonly filter: string;
  /** As in a query for runs, such as `metrics.loss DESC`; the newest first if empty. */
  readonly order: string;
  /** Such as `metrics.loss` or `params.lr`. */
  readonly columns: readonly string[];
  readonly limit: number;
}

export interface ChartBlock {
  readonly type: "chart";
  readonly experimentId: string;
  readonly filter: string;
  readonly order: string;
  /** Of metrics, a chart for each. */
  readonly keys: readonly string[];
  readonly limit: number;
}

export interface ImageBlock {
  readonly type: "image";
  readonly runId: string;
  readonly path: string;
  readonly caption: string;
}

/** A saved view of runs: its table, and the charts that were added to it. */
export interface ViewBlock {
  readonly type: "view";
  readonly experimentId: string;
  readonly viewId: string;
  readonly limit: number;
}

export type Block = MarkdownBlock | RunsBlock | ChartBlock | ViewBlock | ImageBlock;
export type BlockType = Block["type"];

export const BLOCK_NAMES: Readonly<Record<BlockType, string>> = { markdown: "Text", runs: "Table of runs", chart: "Charts", view: "Saved view", image: "Image" };

/** Return an empty block of a type, of the experiment used last. */
export function makeBlock(type: BlockType, experimentId: string): Block {
  switch (type) {
    case "markdown":
      return { type, text: "" };
    case "runs":
      return { type, experimentId, filter: "", order: "", columns: [], limit: 10 };
    case "chart":
      return { type, experimentId, filter: "", order: "", keys: [], limit: 10 };
    case "view":
      return { type, experimentId, viewId: "", limit: 10 };
    case "image":
      return { type, runId: "", path: "", caption: "" };
  }
}

/** Return the experiment that the last block about one shows. */
export function lastExperiment(blocks: readonly Block[]): string {
  for (const block of blocks.toReversed()) if ("experimentId" in block && block.experimentId) return block.experimentId;
  return "";
}

const readTexts = (value: unknown): string[] => readList(value).map(readText).filter(Boolean);

function readLimit(value: unknown, most: number): number {
  return typeof value === "number" && value >= 1 ? Math.min(most, Math.floor(value)) : 10;
}

function readBlock(value: unknown): Block[] {
  const fields = readFields(value);
  const query = { experimentId: readText(fields["experiment_id"]), filter: readText(fields["filter"]), order: readText(fields["order"]) };
  switch (fields["type"]) {
    case "markdown":
      return [{ type: "markdown", text: readText(fields["text"]) }];
    case "runs":
      return [{ type: "runs", ...query, columns: readTexts(fields["columns"]), limit: readLimit(fields["limit"], MAX_ROWS) }];
    case "chart":
      return [{ type: "chart", ...query, keys: readTexts(fields["keys"]), limit: readLimit(fields["limit"], MAX_LINES) }];
    case "view":
      return [{ type: "view", experimentId: query.experimentId, viewId: readText(fields["view_id"]), limit: readLimit(fields["limit"], MAX_ROWS) }];
    case "image":
      return [{ type: "image", runId: readText(fields["run_id"]), path: readText(fields["path"]), caption: readText(fields["caption"]) }];
    default:
      return [];
  }
}

/** Read the blocks of a state; those of a kind that is not known are left out. */
export const readBlocks = (state: unknown): Block[] => readList(readFields(state)["blocks"]).flatMap(readBlock);

function writeBlock(block: Block): object {
  switch (block.type) {
    case "markdown":
      return block;
    case "view":
      return { type: block.type, experiment_id: block.experimentId, view_id: block.viewId, limit: block.limit };
    case "image":
      return { type: block.type, run_id: block.runId, path: block.path, caption: block.caption };
    default: {
      const { experimentId, ...rest } = block;
      return { ...rest, experiment_id: experimentId };
    }
  }
}

/** Write blocks as the state that is kept. */
export const writeBlocks = (blocks: readonly Block[]): { readonly blocks: readonly object[] } => ({ blocks: blocks.map(writeBlock) });

/** Split a list as people write it: by commas, with spaces around. */
export const splitList = (text: string): string[] => text.split(",").map((part) => part.trim()).filter(Boolean);

/** Return the blocks with one moved by a place, or the same if it is at the end. */
export function moveBlock(blocks: readonly Block[], index: number, by: 1 | -1): readonly Block[] {
  const moved = [...blocks];
  const [one, other] = [moved[index], moved[index + by]];
  if (!one || !other) return blocks;
  [moved[index], moved[index + by]] = [other, one];
  return moved;
}
