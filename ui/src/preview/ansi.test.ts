import { expect, it } from "vitest";
import { splitAnsi } from "./ansi";

it("splits a line at its colours", () => {
  expect(splitAnsi("a \u001b[1;31mred\u001b[0m \u001b[92mok")).toEqual([
    { text: "a ", color: "", isBold: false },
    { text: "red", color: "red", isBold: true },
    { text: " ", color: "", isBold: false },
    { text: "ok", color: "bright-green", isBold: false },
  ]);
});

it("drops cursor movements, titles and control characters", () => {
  expect(splitAnsi("\u001b[2K\u001b]0;title\u0007a\u0008b")).toEqual([
    { text: "a", color: "", isBold: false },
    { text: "b", color: "", isBold: false },
  ]);
});

it("keeps what was written last over a line, as progress bars do", () => {
  expect(splitAnsi("10%\r20%\r30%").map((piece) => piece.text)).toEqual(["30%"]);
});

it("skips the arguments of 256 and true colours", () => {
  expect(splitAnsi("\u001b[38;5;31;1mx\u001b[38;2;31;32;33my")).toEqual([
    { text: "x", color: "", isBold: true },
    { text: "y", color: "", isBold: true },
  ]);
});
