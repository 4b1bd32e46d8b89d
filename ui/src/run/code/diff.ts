/** A patch as files and lines. */

export type DiffLineKind = "context" | "added" | "removed" | "hunk" | "note";

export interface DiffLine {
  readonly kind: DiffLineKind;
  readonly text: string;
  /** Line numbers before and after; 0 where there is none. */
  readonly before: number;
  readonly after: number;
}

export interface DiffFile {
  readonly path: string;
  /** `changed`, `new`, `deleted`, `renamed from …`, `binary`. */
  readonly note: string;
  readonly added: number;
  readonly removed: number;
  readonly lines: readonly DiffLine[];
}

export interface Diff {
  /** What stands before the first file, such as what was left out. */
  readonly head: readonly string[];
  readonly files: readonly DiffFile[];
}

class Reader {
  path = "";
  note = "changed";
  added = 0;
  removed = 0;
  readonly lines: DiffLine[] = [];
  #before = 0;
  #after = 0;
  #isInHunk = false;

  constructor(header: string) {
    this.path = / b\/(.+)$/.exec(header)?.[1] ?? header.replace(/^diff --git /, "");
  }

  read(line: string): void {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) {
      [this.#before, this.#after, this.#isInHunk] = [Number(hunk[1]), Number(hunk[2]), true];
      this.lines.push({ kind: "hunk", text: line, before: 0, after: 0 });
    } else if (this.#isInHunk) this.#readBody(line);
    else this.#readHeader(line);
  }

  #readHeader(line: string): void {
    if (line.startsWith("new file")) this.note = "new";
    else if (line.startsWith("deleted file")) this.note = "deleted";
    else if (line.startsWith("rename from ")) this.note = `renamed from ${line.slice("rename from ".length)}`;
    else if (line.startsWith("Binary files") || line.startsWith("GIT binary patch")) this.note = "binary";
    else if (line.startsWith("+++ ") && !line.endsWith("/dev/null")) this.path = unquote(line.slice(4).replace(/\t.*$/, "")).replace(/^b\//, "");
  }

  #readBody(line: string): void {
    const text = line.slice(1);
    if (line.startsWith("+")) {
      this.added++;
      this.lines.push({ kind: "added", text, before: 0, after: this.#after++ });
    } else if (line.startsWith("-")) {
      this.removed++;
      this.lines.push({ kind: "removed", text, before: this.#before++, after: 0 });
    } else if (line.startsWith("\\")) this.lines.push({ kind: "note", text: line.slice(2), before: 0, after: 0 });
    else this.lines.push({ kind: "context", text, before: this.#before++, after: this.#after++ });
  }
}

const unquote = (path: string): string => (path.startsWith('"') && path.endsWith('"') ? path.slice(1, -1) : path);

/** Read a patch as `git diff` writes it. */
export function parseDiff(text: string): Diff {
  const head: string[] = [];
  const readers: Reader[] = [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    if (line.startsWith("diff --git ")) readers.push(new Reader(line));
    else if (readers.length === 0) head.push(line);
    else readers.at(-1)?.read(line);
  }
  return { head, files: readers.map(({ path, note, added, removed, lines }) => ({ path, note, added, removed, lines })) };
}

/** A row of a patch on the page: room above a file, the head of the file, or one of its lines. */
export type DiffRow =
  | { readonly kind: "room" }
  | { readonly kind: "file"; readonly file: DiffFile; readonly isOpen: boolean }
  | { readonly kind: "line"; readonly line: DiffLine };

/** List what stands one below the other when the files in `closed` show their heads only. */
export function listDiffRows(files: readonly DiffFile[], closed: ReadonlySet<string>): DiffRow[] {
  return files.flatMap((file): DiffRow[] => {
    const isOpen = !closed.has(file.path);
    const head: readonly DiffRow[] = [{ kind: "room" }, { kind: "file", file, isOpen }];
    return isOpen ? [...head, ...file.lines.map((line): DiffRow => ({ kind: "line", line }))] : [...head];
  });
}
