/** How a file is shown, told by its name. */

export type Kind =
  | "image"
  | "table"
  | "markdown"
  | "html"
  | "pdf"
  | "audio"
  | "video"
  | "notebook"
  | "code"
  | "text"
  | "unknown";

const EXTENSIONS: Readonly<Record<Kind, string>> = {
  image: "png jpg jpeg gif webp avif bmp ico svg tif tiff",
  table: "csv tsv tab jsonl ndjson parquet pq npy npz",
  markdown: "md markdown",
  html: "html htm",
  pdf: "pdf",
  audio: "mp3 wav ogg oga flac m4a aac opus",
  video: "mp4 webm ogv mov m4v",
  notebook: "ipynb",
  code: "json geojson yaml yml toml ini cfg py js mjs ts tsx jsx css xml sh bash sql r c h cc cpp hpp rs go java diff patch dockerfile makefile",
  text: "txt log out err text rst tex env lock properties gitignore",
  unknown: "",
};

const NAMES: Readonly<Record<string, Kind>> = {
  mlmodel: "code",
  mlproject: "code",
  dockerfile: "code",
  makefile: "code",
  license: "text",
  readme: "text",
  requirements: "text",
};

const LANGUAGES: Readonly<Record<string, string>> = {
  json: "json",
  geojson: "json",
  yaml: "yaml",
  yml: "yaml",
  mlmodel: "yaml",
  mlproject: "yaml",
  toml: "ini",
  ini: "ini",
  cfg: "ini",
  py: "python",
  js: "javascript",
  mjs: "javascript",
  jsx: "javascript",
  ts: "javascript",
  tsx: "javascript",
  css: "css",
  xml: "xml",
  sh: "bash",
  bash: "bash",
  sql: "sql",
  diff: "diff",
  patch: "diff",
};

const kinds: ReadonlyMap<string, Kind> = new Map(
  Object.entries(EXTENSIONS).flatMap(([kind, list]) =>
    list
      .split(" ")
      .filter(Boolean)
      .map((extension): [string, Kind] => [extension, isKind(kind) ? kind : "unknown"]),
  ),
);

function isKind(text: string): text is Kind {
  return text in EXTENSIONS;
}

/** Return the last extension in lower case, or the whole name in lower case if it has none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const dot = name.lastIndexOf(".");
  return dot >= 0 ? name.slice(dot + 1) : name;
}

/** Tell how to show a file. */
export function kindOf(path: string): Kind {
  const extension = extensionOf(path);
  return kinds.get(extension) ?? NAMES[extension] ?? "unknown";
}

/** Tell the language to highlight a file in; empty for plain text. */
export const languageOf = (path: string): string => LANGUAGES[extensionOf(path)] ?? "";
