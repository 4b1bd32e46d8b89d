import { describe, expect, it } from "vitest";
import { decodeList, encodeList, put, readChoice } from "./codec";
import { writeQuery } from "./location";

describe("lists", () => {
  it("come back as they were, whatever they hold", () => {
    const pieces = ["a", ",", "\\", "é", "", " ", "metrics.val/auc", "\\,", "a,b\\"];
    for (const one of pieces)
      for (const two of pieces)
        for (const list of [[one, two, "z"], ["z", one, two], [two, "y", one, "x"]])
          expect(decodeList(encodeList(list))).toEqual(list);
  });
  it("are readable", () => {
    expect(encodeList(["metrics.auc", "params.a,b"])).toBe("metrics.auc,params.a\\,b");
    expect(decodeList(null)).toEqual([]);
  });
});

describe("choices", () => {
  it("fall back to the first", () => {
    expect(readChoice("split", ["table", "split"])).toBe("split");
    expect(readChoice("x", ["table", "split"])).toBe("table");
  });
});

describe("the address", () => {
  it("leaves defaults out and stays readable", () => {
    const query = new URLSearchParams();
    put(query, "layout", "table", "table");
    put(query, "q", "metrics.auc > 0.9 and params.a = 'x&y'");
    const text = writeQuery(query);
    expect(text).toBe("?q=metrics.auc+>+0.9+and+params.a+=+'x%26y'");
    expect(new URLSearchParams(text).get("q")).toBe("metrics.auc > 0.9 and params.a = 'x&y'");
  });
});
