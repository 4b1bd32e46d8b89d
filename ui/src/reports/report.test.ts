import { expect, test } from "vitest";
import { lastExperiment, makeBlock, moveBlock, readBlocks, splitList, writeBlocks, type Block } from "./report";

const blocks: readonly Block[] = [
  { type: "markdown", text: "# Week 1" },
  { type: "runs", experimentId: "3", filter: "metrics.auc > 0.9", order: "metrics.auc DESC", columns: ["metrics.auc"], limit: 5 },
  { type: "chart", experimentId: "4", filter: "", order: "", keys: ["loss", "val/loss"], limit: 3 },
  { type: "view", experimentId: "4", viewId: "v", limit: 5 },
  { type: "image", runId: "r", path: "plots/roc.png", caption: "ROC" },
];

test("blocks come back as they were written", () => {
  expect(readBlocks(JSON.parse(JSON.stringify(writeBlocks(blocks))))).toEqual(blocks);
});

test("what is not known is left out, and limits are kept within bounds", () => {
  expect(readBlocks({ blocks: [{ type: "video" }, null, { type: "runs", limit: 1e9 }] })).toEqual([{ ...makeBlock("runs", ""), limit: 100 }]);
  expect(readBlocks(null)).toEqual([]);
});

test("a block is moved by a place", () => {
  expect(moveBlock(blocks, 0, 1).map(({ type }) => type)).toEqual(["runs", "markdown", "chart", "view", "image"]);
  expect(moveBlock(blocks, 0, -1)).toBe(blocks);
  expect(lastExperiment(blocks)).toBe("4");
  expect(splitList(" a, b ,,c ")).toEqual(["a", "b", "c"]);
});
