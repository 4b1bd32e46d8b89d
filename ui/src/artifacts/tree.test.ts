import { describe, expect, it } from "vitest";
import { folderOf, foldersAbove, listRows, moveBy, resolvePath, sortEntries, type Entry, type Folders } from "./tree";

const folder = (path: string): Entry => ({ path, isFolder: true, size: 0 });
const file = (path: string): Entry => ({ path, isFolder: false, size: 10 });

const FOLDERS: Folders = new Map([
  ["", [folder("model"), folder("plots"), file("log.txt")]],
  ["model", [folder("model/data"), file("model/MLmodel")]],
]);

const paths = (open: string[], filter = "") =>
  listRows(FOLDERS, new Set(open), filter).map((row) => "·".repeat(row.level - 1) + row.entry.path);

describe("paths", () => {
  it("know what is above them", () => {
    expect(folderOf("a/b/c")).toBe("a/b");
    expect(folderOf("a")).toBe("");
    expect(foldersAbove("a/b/c")).toEqual(["", "a", "a/b"]);
    expect(foldersAbove("a")).toEqual([""]);
  });
});

describe("sortEntries", () => {
  it("puts folders first and counts like people", () => {
    const sorted = sortEntries([file("step10.png"), file("step9.png"), folder("z")]);
    expect(sorted.map((entry) => entry.path)).toEqual(["z", "step9.png", "step10.png"]);
  });
});

describe("listRows", () => {
  it("shows what is in open folders", () => {
    expect(paths([])).toEqual(["model", "plots", "log.txt"]);
    expect(paths(["model"])).toEqual(["model", "·model/data", "·model/MLmodel", "plots", "log.txt"]);
  });

  it("tells an open folder that is not read yet", () => {
    const rows = listRows(FOLDERS, new Set(["plots"]), "");
    expect(rows.map((row) => row.isPending)).toEqual([false, true, false]);
  });

  it("filters with the folders above a match", () => {
    expect(paths([], "mlmo")).toEqual(["model", "·model/MLmodel"]);
    expect(paths([], "nothing")).toEqual([]);
  });
});

describe("moveBy", () => {
  const rows = listRows(FOLDERS, new Set(["model"]), "");

  it("opens, enters, leaves and closes folders", () => {
    expect(moveBy("ArrowRight", rows, 3)).toEqual({ kind: "open", path: "plots" });
    expect(moveBy("ArrowRight", rows, 0)).toEqual({ kind: "focus", index: 1 });
    expect(moveBy("ArrowLeft", rows, 2)).toEqual({ kind: "focus", index: 0 });
    expect(moveBy("ArrowLeft", rows, 0)).toEqual({ kind: "close", path: "model" });
  });

  it("stops at the ends and ignores other keys", () => {
    expect(moveBy("ArrowUp", rows, 0)).toEqual({ kind: "focus", index: 0 });
    expect(moveBy("End", rows, 0)).toEqual({ kind: "focus", index: 4 });
    expect(moveBy("ArrowDown", rows, 4)).toEqual({ kind: "focus", index: 4 });
    expect(moveBy("q", rows, 0)).toBeNull();
    expect(moveBy("Enter", [], 0)).toBeNull();
  });
});

it("finds what a file means by a relative path", () => {
  expect(resolvePath("notes/README.md", "../plots/a%20b.png?x#y")).toBe("plots/a b.png");
  expect(resolvePath("README.md", "./a.png")).toBe("a.png");
  expect(resolvePath("README.md", "../../100%.png")).toBe("100%.png");
});
