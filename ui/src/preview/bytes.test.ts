import { describe, expect, it } from "vitest";
import { addBytes, formatBytes, isText, NOTHING_READ, toHex, totalOf } from "./bytes";

const encode = (text: string) => new TextEncoder().encode(text);

describe("addBytes", () => {
  it("completes lines and characters that a piece cut in two", () => {
    const bytes = encode("één\ntwö\r\nthree");
    for (let cut = 0; cut <= bytes.length; cut++) {
      const first = addBytes(NOTHING_READ, bytes.subarray(0, cut), bytes.length);
      const both = addBytes(first, bytes.subarray(cut), bytes.length);
      expect(both.lines.slice(0, 3)).toEqual(["één", "twö", "three"]);
      expect(both.read).toBe(bytes.length);
    }
  });

  it("keeps the last line back until its end is there", () => {
    const slice = addBytes(NOTHING_READ, encode("a\nhalf"), 100);
    expect(slice.lines).toEqual(["a"]);
    expect(addBytes(slice, encode(" done\n"), 12).lines).toEqual(["a", "half done"]);
  });

  it("does not wait for the end of a very long line", () => {
    const bytes = encode("é".repeat(50_000));
    const slice = addBytes(NOTHING_READ, bytes, 200_000);
    expect(slice.lines.join("")).toBe("é".repeat(49_999));
    expect(slice.rest.length).toBe(2);
  });

  it("keeps empty lines but adds none at the end", () => {
    expect(addBytes(NOTHING_READ, encode("a\n\nb\n"), 5).lines).toEqual(["a", "", "b"]);
    expect(addBytes(NOTHING_READ, encode(""), 0).lines).toEqual([]);
  });
});

it("reads the size from a range header", () => {
  expect(totalOf("bytes 0-9/120")).toBe(120);
  expect(totalOf("bytes 0-9/*")).toBeNull();
  expect(totalOf(null)).toBeNull();
});

it("tells text from bytes, also when cut in a character", () => {
  expect(isText(encode("naïve").subarray(0, 3))).toBe(true);
  expect(isText(Uint8Array.of(65, 0, 66))).toBe(false);
  expect(isText(Uint8Array.of(0xff, 0xfe, 65))).toBe(false);
});

it("writes sixteen bytes to a row", () => {
  const rows = toHex(encode("0123456789abcdefXY\n")).split("\n");
  expect(rows[0]).toBe("00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef");
  expect(rows[1]?.trimEnd()).toMatch(/^00000010 {2}58 59 0a +XY·$/);
});

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1234, "1.2 kB"],
  [999_999, "1 MB"],
  [34_500_000, "35 MB"],
])("writes %s bytes as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
