import { describe, expect, it } from "vitest";
import { dropLastClause, joinClauses, readOneOf, readRange, replaceClauses, splitClauses, writeOneOf, writeRange } from "./clauses";

describe("clauses", () => {
  it("are cut at the ANDs that join them, and nowhere else", () => {
    expect(splitClauses("a = 'x AND y' AND b BETWEEN 1 AND 2 and (c = 1 AND d = 2)")).toEqual(["a = 'x AND y'", "b BETWEEN 1 AND 2", "(c = 1 AND d = 2)"]);
    expect(splitClauses("a = 1 OR b = 2")).toEqual(["a = 1 OR b = 2"]);
    expect(splitClauses("  ")).toEqual([]);
  });
  it("with an OR stand in parentheses beside others", () => {
    expect(joinClauses(["a = 1 OR b = 2", "c = 3"])).toBe("(a = 1 OR b = 2) AND c = 3");
    expect(joinClauses(["(a = 1 OR b = 2)", "c = 3"])).toBe("(a = 1 OR b = 2) AND c = 3");
  });
  it("are offered for removal from the end", () => {
    expect(dropLastClause("a = 1 AND b = 2")).toEqual({ rest: "a = 1", dropped: "b = 2" });
    expect(dropLastClause("a = 1")).toEqual({ rest: "", dropped: "a = 1" });
    expect(dropLastClause("keen owl  7")).toEqual({ rest: "keen owl", dropped: "7" });
  });
});

describe("choices", () => {
  it("are written and read back", () => {
    for (const values of [["xgb"], ["a", "b"], ["it's", "b"], ["only's"]]) {
      const text = ["metrics.a > 1", ...writeOneOf("params.my key", values)].join(" AND ");
      expect(readOneOf(text, "params.my key")).toEqual(values);
    }
    expect(writeOneOf("params.m", [])).toEqual([]);
    expect(readOneOf("params.m != 'a'", "params.m")).toEqual([]);
  });
});

describe("ranges", () => {
  it("replace those of the same key, in their place", () => {
    const text = replaceClauses("metrics.a >= 1 AND b = 'x' AND metrics.a <= 5", "metrics.a", writeRange("metrics.a", 2, null));
    expect(text).toBe("metrics.a >= 2 AND b = 'x'");
    expect(readRange(text, "metrics.a")).toEqual({ low: 2, high: null });
    expect(replaceClauses(text, "metrics.a", [])).toBe("b = 'x'");
    expect(readRange("metrics.`val/a` < -1e-3", "metrics.val/a")).toEqual({ low: null, high: -0.001 });
  });
});
