import { describe, expect, it } from "vitest";
import type { ModelVersion, VersionComparison } from "../api/schema";
import { listParts, writeChange, writeMetric, writeValue } from "./diff";

const version: ModelVersion = {
  name: "churn",
  version: "1",
  creation_timestamp: 0,
  last_updated_timestamp: 0,
  current_stage: "None",
  source: "",
  run_id: "",
  status: "READY",
  run_link: "",
};

describe("a comparison", () => {
  it("lists the parts that differ first, and in each what differs first", () => {
    const found: VersionComparison = {
      old: "models:/churn/1",
      new: "models:/churn/2",
      old_version: version,
      new_version: version,
      signature: { verdict: "unknown" },
      params: [{ key: "depth", old: "6", new: "6" }],
      tags: [{ key: "a", old: "1", new: "1" }, { key: "b", new: "2" }],
      equal: { params: 1, tags: 1 },
    };

    const parts = listParts(found);

    expect(parts.map(({ kind, changed, equal }) => [kind, changed, equal])).toEqual([
      ["tags", 1, 1],
      ["params", 0, 1],
    ]);
    expect(parts[0]?.rows.map(({ key }) => key)).toEqual(["b", "a"]);
  });

  it("writes changes with sign and share", () => {
    expect(writeChange(0.8, 0.1)).toBe("+0.1000 (+13 %)");
    expect(writeChange(0, -2)).toBe("−2");
    expect(writeChange(1, 0)).toBe("=");
    expect(writeChange(1, "NaN")).toBe("NaN");
    expect(writeChange(1, null)).toBe("");
    expect(writeMetric(null)).toBe("–");
  });

  it("shortens digests, and says what an empty requirement means", () => {
    expect(writeValue("files", "a".repeat(64))).toBe("aaaaaaaaaaaa…");
    expect(writeValue("params", "a".repeat(64))).toBe("a".repeat(64));
    expect(writeValue("requirements", "")).toBe("any version");
    expect(writeValue("tags", undefined)).toBe("–");
  });
});
