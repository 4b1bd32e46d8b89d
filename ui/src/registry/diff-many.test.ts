import { expect, test } from "vitest";
import type { ModelVersion, VersionComparison } from "../api/schema";
import { joinComparisons } from "./diff-many";

const version: ModelVersion = { name: "churn", version: "1", creation_timestamp: 0, last_updated_timestamp: 0, current_stage: "None", source: "", run_id: "", status: "READY", run_link: "" };
const base: VersionComparison = { old: "1", new: "2", signature: { verdict: "identical" }, old_version: version, new_version: version };

test("versions stand beside the old one, what differs first, and what is absent is told from what is empty", () => {
  const parts = joinComparisons([
    { ...base, metrics: [{ key: "auc", old: 0.5, new: 0.6 }, { key: "f1", old: 1, new: 1 }], params: [{ key: "depth", old: "3", new: "3" }] },
    { ...base, metrics: [{ key: "auc", old: 0.5, new: "NaN" }, { key: "f1", old: 1, new: 1 }, { key: "mae", new: 2 }], params: [{ key: "depth", old: "3" }] },
  ]);

  expect(parts.map(({ title, changed }) => [title, changed])).toEqual([["Metrics", 2], ["Params", 1]]);
  expect(parts[0]?.rows.map(({ key, cells, isSame }) => [key, cells.map((cell) => cell?.[0] ?? null), isSame])).toEqual([
    ["auc", ["0.5000", "0.6000", "NaN"], false],
    ["mae", [null, null, "2"], false],
    ["f1", ["1", "1", "1"], true],
  ]);
  expect(parts[1]?.rows[0]?.cells.map((cell) => cell?.[0] ?? null)).toEqual(["3", "3", null]);
});
