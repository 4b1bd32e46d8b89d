import { expect, test } from "vitest";
import { writeMarkdown, writeTable } from "./export";

test("what would break a table is escaped", () => {
  expect(writeTable([["run", "note"], ["a|b", "two\nlines"]])).toBe("| run | note |\n|---|---|\n| a\\|b | two lines |");
});

test("text stays as it is, charts and images become links", async () => {
  const blocks = [
    { type: "markdown", text: "Some *words*." },
    { type: "chart", experimentId: "3", filter: "metrics.auc > 0.9", order: "", keys: ["loss"], limit: 5 },
    { type: "image", runId: "r", path: "roc.png", caption: "ROC" },
    { type: "markdown", text: "  " },
  ] as const;

  const parts = (await writeMarkdown("Week 1", blocks, new AbortController().signal)).split("\n\n");

  expect(parts).toHaveLength(4);
  expect(parts.slice(0, 2)).toEqual(["# Week 1", "Some *words*."]);
  expect(parts[2]).toMatch(/^\[Charts of loss\]\(.*\/experiments\/3\/runs\?q=metrics\.auc/);
  expect(parts[3]).toMatch(/^!\[ROC\]\(.*path=roc\.png\)/);
});
