import { expect, test } from "vitest";
import type { Gate } from "../api/schema";
import { describeGate, readRoles, readTags, targetOf, toRows, toThresholds, withGate, withoutGate, writeRoles, writeTags } from "./policy";

const gate: Gate = {
  alias: "champion",
  tags: [{ key: "validated", value: "yes" }, { key: "card" }],
  metrics: [{ metric: "auc", beats: "higher", margin: 0.01 }, { metric: "loss", at_most: 0.3 }],
  approvals: [{ role: "reviewer", count: 2, by_others: true }],
  reason: true,
};

test("a gate is told in words", () => {
  expect(targetOf(gate)).toBe("@champion");
  expect(targetOf({ stage: "Live" })).toBe("stage Live");
  expect(describeGate(gate)).toEqual([
    "its tag validated is “yes”",
    "it has a tag card",
    "auc is higher than that of the version that is replaced by at least 0.01",
    "loss is at most 0.3",
    "2 approvals as reviewer, not by who registered it",
    "a reason is given",
  ]);
});

test("thresholds survive the form", () => {
  const rows = toRows([{ metric: "auc", at_least: 0.5, at_most: 0.9 }, { metric: "loss", beats: "lower", margin: 0.1 }]);

  expect(rows.map(({ rule, value }) => [rule, value])).toEqual([["least", "0.5"], ["most", "0.9"], ["lower", "0.1"]]);
  expect(toThresholds([...rows, { metric: " ", rule: "least", value: "" }])).toEqual([
    { metric: "auc", at_least: 0.5 },
    { metric: "auc", at_most: 0.9 },
    { metric: "loss", beats: "lower", margin: 0.1 },
  ]);
});

test("tags and roles are written one a line", () => {
  expect(readTags(writeTags(gate.tags))).toEqual([{ key: "validated", value: "yes" }, { key: "card", value: "" }]);
  expect(readRoles("reviewer: ada, grace\n\n owner :")).toEqual({ reviewer: ["ada", "grace"], owner: [] });
  expect(writeRoles({ reviewer: ["ada", "grace"] })).toBe("reviewer: ada, grace");
});

test("gates are added, replaced and taken away", () => {
  const other: Gate = { stage: "Live" };
  const policy = withGate({ stages: ["Live"] }, null, gate);

  expect(withGate(policy, gate, other)).toEqual({ stages: ["Live"], gates: [other] });
  expect(withoutGate(policy, gate).gates).toEqual([]);
});
