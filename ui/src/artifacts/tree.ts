/** The artifact tree: folders are read when they are opened, rows are what is seen of it. */

export interface Entry {
  /** Relative to the root of the run's artifacts. */
  readonly path: string;
  readonly isFolder: boolean;
  /** In bytes; 0 for folders and empty files. */
  readonly size: number;
}

/** What is known of the tree: the entries of each folder that was read, by its path; the root is the empty path. */
export type Folders = ReadonlyMap<string, readonly Entry[]>;

export interface Row {
  readonly entry: Entry;
  readonly name: string;
  /** 1 at the top. */
  readonly level: number;
  readonly isOpen: boolean;
  /** Whether the folder is open but not read yet. */
  readonly isPending: boolean;
  readonly position: number;
  readonly siblings: number;
}

export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Return the folder that holds `path`; the empty path for what is at the top. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** Return every folder above `path`, the root first. */
export function foldersAbove(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}

const compare = new Intl.Collator("en", { numeric: true }).compare;

/** Sort folders before files, each by name as people count. */
export function sortEntries(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) =>
    a.isFolder === b.isFolder ? compare(nameOf(a.path), nameOf(b.path)) : a.isFolder ? -1 : 1,
  );
}

/** List the rows in sight. With a `filter`, what was read and matches by path is shown with the folders above it. */
export function listRows(folders: Folders, open: ReadonlySet<string>, filter: string): Row[] {
  const needle = filter.trim().toLowerCase();
  const rows: Row[] = [];
  const isKept = (entry: Entry): boolean =>
    entry.path.toLowerCase().includes(needle) ||
    (entry.isFolder && (folders.get(entry.path) ?? []).some((child) => isKept(child)));
  const walk = (folder: string, level: number): void => {
    const entries = (folders.get(folder) ?? []).filter((entry) => !needle || isKept(entry));
    entries.forEach((entry, index) => {
      const known = folders.has(entry.path);
      const isOpen = entry.isFolder && (needle ? known : open.has(entry.path));
      const place = { position: index + 1, siblings: entries.length };
      rows.push({ entry, name: nameOf(entry.path), level, isOpen, isPending: isOpen && !known, ...place });
      if (isOpen) walk(entry.path, level + 1);
    });
  };
  walk("", 1);
  return rows;
}

/** What a key press does to the tree when the row at `index` has the focus. */
export type Move =
  | { readonly kind: "focus"; readonly index: number }
  | { readonly kind: "open"; readonly path: string }
  | { readonly kind: "close"; readonly path: string }
  | { readonly kind: "choose"; readonly entry: Entry };

/** Translate a key by the ARIA pattern for trees; null if it means nothing here. */
export function moveBy(key: string, rows: readonly Row[], index: number): Move | null {
  const row = rows[index];
  if (!row) return null;
  switch (key) {
    case "ArrowDown":
      return { kind: "focus", index: Math.min(index + 1, rows.length - 1) };
    case "ArrowUp":
      return { kind: "focus", index: Math.max(index - 1, 0) };
    case "Home":
      return { kind: "focus", index: 0 };
    case "End":
      return { kind: "focus", index: rows.length - 1 };
    case "ArrowRight":
      if (!row.entry.isFolder) return null;
      if (!row.isOpen) return { kind: "open", path: row.entry.path };
      return { kind: "focus", index: Math.min(index + 1, rows.length - 1) };
    case "ArrowLeft":
      if (row.isOpen) return { kind: "close", path: row.entry.path };
      return { kind: "focus", index: Math.max(0, rows.findIndex((one) => one.entry.path === folderOf(row.entry.path))) };
    case "Enter":
    case " ":
      return { kind: "choose", entry: row.entry };
    default:
      return null;
  }
}

/** Return the path that a file means by a relative one, such as `../plots/a.png` in `notes/README.md`. */
export function resolvePath(file: string, relative: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of decode(relative.replace(/[?#].*$/, "")).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

function decode(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}
