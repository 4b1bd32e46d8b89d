import { describe, expect, it } from "vitest";
import { diffLines, diffWords } from "./word-diff";

const texts = (pieces: ReturnType<typeof diffWords>, kinds: string[]) => pieces.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text).join("");

describe("diffWords", () => {
  it("marks the words that changed", () => {
    expect(diffWords("warm start on", "warm start off")).toEqual([
      { kind: "same", text: "warm start " },
      { kind: "removed", text: "on" },
      { kind: "added", text: "off" },
    ]);
  });

  it("gives both texts back, whatever they are", () => {
    const pairs = [["", "a b"], ["a b", ""], ["x=1, y=2", "y=2; x=1"], ["é è", "é  è!"]] as const;
    for (const [before, after] of pairs) {
      const pieces = diffWords(before, after);
      expect(texts(pieces, ["same", "removed"])).toBe(before);
      expect(texts(pieces, ["same", "added"])).toBe(after);
    }
  });

  it("compares very long texts as wholes", () => {
    const long = "word ".repeat(2000);
    expect(diffWords(long, `${long}!`).map(({ kind }) => kind)).toEqual(["removed", "added"]);
  });
});

describe("diffLines", () => {
  it("keeps lines whole", () => {
    expect(diffLines("a\nb\n", "a\nc\n")).toEqual([
      { kind: "same", text: "a\n" },
      { kind: "removed", text: "b\n" },
      { kind: "added", text: "c\n" },
    ]);
  });
});
