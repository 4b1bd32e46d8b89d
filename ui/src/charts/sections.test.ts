import { describe, expect, it } from "vitest";
import { groupKeys, searchKeys } from "./sections";

describe("groupKeys", () => {
  it("puts keys without a prefix first and sorts the rest as people count", () => {
    expect(groupKeys(["val/l10", "auc", "val/l9", "train/loss", "a/b/c"])).toEqual([
      { name: "", keys: ["auc"] },
      { name: "a/b", keys: ["a/b/c"] },
      { name: "train", keys: ["train/loss"] },
      { name: "val", keys: ["val/l9", "val/l10"] },
    ]);
  });

  it("puts what the machine did last", () => {
    expect(groupKeys(["system/cpu", "val/loss", "auc"]).map(({ name }) => name)).toEqual(["", "val", "system"]);
  });

  it("does not take a leading slash for a prefix", () => {
    expect(groupKeys(["/x"])).toEqual([{ name: "", keys: ["/x"] }]);
  });
});

describe("groupKeys with keys that come first", () => {
  it("puts them before the others of their section", () => {
    expect(groupKeys(["a", "b", "val/c", "val/d"], ["val/d", "b", "gone"])).toEqual([
      { name: "", keys: ["b", "a"] },
      { name: "val", keys: ["val/d", "val/c"] },
    ]);
  });
});

describe("searchKeys", () => {
  const keys = ["val/auc", "val/loss", "train/Loss", "f1 (macro"];

  it("takes a regular expression and ignores case", () => {
    expect(searchKeys(keys, "^(val|train)/loss$")).toEqual(["val/loss", "train/Loss"]);
  });

  it("takes text that is no regular expression as it is", () => {
    expect(searchKeys(keys, "(macro")).toEqual(["f1 (macro"]);
  });

  it("keeps all for blanks", () => {
    expect(searchKeys(keys, "  ")).toBe(keys);
  });
});
