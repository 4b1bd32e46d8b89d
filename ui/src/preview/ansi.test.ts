import { expect, it } from "vitest";
import { markPieces, splitAnsi, stripAnsi } from "./ansi";

const PLAIN = { color: "", isBold: false, isFaint: false, isItalic: false, isUnderlined: false };

it("splits a line at its colours", () => {
  expect(splitAnsi("a \u001b[1;31mred\u001b[0m \u001b[92mok")).toEqual([
    { ...PLAIN, text: "a " },
    { ...PLAIN, text: "red", color: "red", isBold: true },
    { ...PLAIN, text: " " },
    { ...PLAIN, text: "ok", color: "bright-green" },
  ]);
});

it("knows faint, italic and underlined text", () => {
  expect(splitAnsi("\u001b[2;3;4mx\u001b[22;4:0my\u001b[23mz")).toEqual([
    { ...PLAIN, text: "x", isFaint: true, isItalic: true, isUnderlined: true },
    { ...PLAIN, text: "y", isItalic: true },
    { ...PLAIN, text: "z" },
  ]);
});

it.each([
  ["cursor movements, titles and control characters", "\u001b[2K\u001b]0;title\u0007a\u0008b\u001b[?25l", "ab"],
  ["links, and what they lead to", "\u001b]8;;javascript:alert(1)\u001b\\a\u001b]8;;\u001b\\b", "ab"],
  ["strings to the terminal, and those without an end", "\u001bPq#0\u001b\\a\u001b(Bb\u001b]52;c;aGk=", "ab"],
  ["what was written over, as progress bars do", "10%\r20%\rab\r\r", "ab"],
])("drops %s", (_, line, seen) => {
  expect(stripAnsi(line)).toBe(seen);
});

it("names the nearest of sixteen colours, which are readable on both backgrounds", () => {
  const colors = (line: string) => splitAnsi(line).map(({ color, isBold }) => color + (isBold ? "!" : ""));
  expect(colors("\u001b[38;5;31;1mx\u001b[38;2;200;30;31my\u001b[38:2::30:240:31mz")).toEqual(["cyan!", "red!", "bright-green!"]);
  expect(colors("\u001b[38;5;1mx\u001b[38;5;12my\u001b[38;5;244mz\u001b[38;5;220mo")).toEqual(["red", "bright-blue", "bright-black", "bright-yellow"]);
  expect(colors("\u001b[48;2;1;2;3;31mx")).toEqual(["red"]);
});

it("marks what is searched for, over changes of colour, too", () => {
  const marked = markPieces(splitAnsi("Fa\u001b[31mil\u001b[0med, failed"), "FAILED");
  expect(marked.map(({ text, color, isMatch }) => [text, color, isMatch])).toEqual([
    ["Fa", "", true],
    ["il", "red", true],
    ["ed", "", true],
    [", ", "", false],
    ["failed", "", true],
  ]);
  expect(markPieces(splitAnsi("quiet"), "x").map(({ isMatch }) => isMatch)).toEqual([false]);
});
