import { expect, it } from "vitest";
import { highlight, MAX_HIGHLIGHTED, splitLines } from "./highlight";

it("colours what it knows and escapes it", async () => {
  const html = await highlight('{"a": "<b>"}', "json");
  expect(html).toContain("hljs-attr");
  expect(html).toContain("&lt;b&gt;");
});

it("leaves unknown languages and long texts alone", async () => {
  expect(await highlight("x", "klingon")).toBeNull();
  expect(await highlight("1".repeat(MAX_HIGHLIGHTED + 1), "json")).toBeNull();
});

it("closes spans at line ends and opens them again", () => {
  expect(splitLines('<span class="a">x\ny</span>\nz')).toEqual(['<span class="a">x</span>', '<span class="a">y</span>', "z"]);
});
