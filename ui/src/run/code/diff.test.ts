import { expect, it } from "vitest";
import { listDiffRows, parseDiff } from "./diff";

const PATCH = `# Left out of this patch:
# new file 'weights.bin': not text, or too large
diff --git a/train.py b/train.py
index 1111111..2222222 100644
--- a/train.py
+++ b/train.py
@@ -10,3 +10,4 @@ def train():
 import os
-lr = 0.1
+lr = 0.01
+--- no header
 done()
\\ No newline at end of file
diff --git a/new file.txt b/new file.txt
new file mode 100644
--- /dev/null
+++ b/new file.txt
@@ -0,0 +1 @@
+hello
diff --git a/old.py b/moved.py
similarity index 100%
rename from old.py
rename to moved.py
diff --git a/x.png b/x.png
Binary files a/x.png and b/x.png differ
`;

it("reads files, what became of them, and their lines with numbers", () => {
  const { head, files } = parseDiff(PATCH);
  expect(head).toHaveLength(2);
  expect(files.map(({ path, note, added, removed }) => [path, note, added, removed])).toEqual([
    ["train.py", "changed", 2, 1],
    ["new file.txt", "new", 1, 0],
    ["moved.py", "renamed from old.py", 0, 0],
    ["x.png", "binary", 0, 0],
  ]);
  expect(files[0]?.lines.map(({ kind, before, after, text }) => [kind, before, after, text])).toEqual([
    ["hunk", 0, 0, "@@ -10,3 +10,4 @@ def train():"],
    ["context", 10, 10, "import os"],
    ["removed", 11, 0, "lr = 0.1"],
    ["added", 0, 11, "lr = 0.01"],
    ["added", 0, 12, "--- no header"],
    ["context", 12, 13, "done()"],
    ["note", 0, 0, "No newline at end of file"],
  ]);
});

it("shows of closed files their heads only", () => {
  const { files } = parseDiff(PATCH);
  expect(listDiffRows(files, new Set(["train.py"]))).toHaveLength(10);
  expect(listDiffRows(files, new Set())).toHaveLength(17);
});

it("reads twenty thousand lines at once", () => {
  const body = Array.from({ length: 20_000 }, (_, index) => `+line ${index}`).join("\n");
  const { files } = parseDiff(`diff --git a/big b/big\nnew file mode 100644\n@@ -0,0 +1,20000 @@\n${body}\n`);
  expect(files[0]?.added).toBe(20_000);
  expect(parseDiff("")).toEqual({ head: [], files: [] });
});
