import { expect, it } from "vitest";
import { kindOf, languageOf } from "./kind";

it.each([
  ["plots/Loss.PNG", "image"],
  ["a/b.csv", "table"],
  ["model/MLmodel", "code"],
  ["train.log", "text"],
  ["notes.md", "markdown"],
  ["weights.bin", "unknown"],
  [".gitignore", "text"],
  ["archive.tar.gz", "unknown"],
  ["report.html", "html"],
])("shows %s as %s", (path, kind) => {
  expect(kindOf(path)).toBe(kind);
});

it("knows languages by extension and by name", () => {
  expect(languageOf("conf/model.yml")).toBe("yaml");
  expect(languageOf("model/MLmodel")).toBe("yaml");
  expect(languageOf("a.txt")).toBe("");
});
