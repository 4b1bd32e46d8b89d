import { useState } from "preact/hooks";
import { addressIn, ofRun, type ArtifactOwner } from "../artifacts/artifacts-api";
import { nameOf, resolvePath, type Entry } from "../artifacts/tree";
import { CopyButton } from "../panels/copy-button";
import { lazy } from "../shell/lazy";
import { ArrayPreview } from "./array-preview";
import { formatBytes } from "./bytes";
import { DataPreview } from "./data-preview";
import { HexPreview } from "./hex-preview";
import { extensionOf, kindOf, type Kind } from "./kind";
import { Markdown } from "./markdown";
import { HtmlPreview, ImagePreview, PdfPreview, PlayerPreview, useWholeText } from "./media-preview";
import css from "./preview.module.css";
import { TablePreview } from "./table-preview";
import { TextPreview } from "./text-preview";

const MAX_WHOLE = 20_000_000;
/** Longer texts are counted and searched by the server. */
const LONG_TEXT = 5_000_000;
const LongText = lazy(() => import("./long-text").then((module) => module.LongText));
const NotebookPreview = lazy(() => import("./notebook-preview").then((module) => module.NotebookPreview));
const WHOLE_KINDS: ReadonlySet<Kind> = new Set<Kind>(["image", "pdf", "html", "markdown", "notebook"]);

interface PreviewProps {
  readonly owner: ArtifactOwner;
  /** The parent of the run, or empty. */
  readonly parentId?: string;
  readonly entry: Entry;
}

interface FileProps {
  readonly owner: ArtifactOwner;
  readonly entry: Entry;
  readonly url: string;
}

function MarkdownPreview({ owner, entry, url }: FileProps) {
  const { text, error } = useWholeText(url);
  if (error) return <p role="alert" class={css.error}>{error}</p>;
  return text === null ? <p class={css.hint}>Reading…</p> : <Markdown text={text} picture={(path) => addressIn(owner, resolvePath(entry.path, path))} />;
}

function Plain({ owner, entry: { path, size }, url }: FileProps) {
  return size > LONG_TEXT && owner.kind === "run" ? <LongText runId={owner.id} path={path} /> : <TextPreview url={url} path={path} />;
}

function Unknown(file: FileProps) {
  const [isPlain, setPlain] = useState(false);
  return isPlain ? <Plain {...file} /> : <HexPreview url={file.url} onText={() => setPlain(true)} />;
}

function Body({ owner, parentId = "", entry, url }: PreviewProps & { readonly url: string }) {
  const kind = kindOf(entry.path);
  const file = { owner, entry, url };
  const name = nameOf(entry.path);
  if (entry.size === 0) return <p class={css.hint}>The file is empty.</p>;
  if (WHOLE_KINDS.has(kind) && entry.size > MAX_WHOLE) {
    return <p class={css.hint}>The file is larger than {formatBytes(MAX_WHOLE)}, so it is not shown here. Download it instead.</p>;
  }
  switch (kind) {
    case "image":
      return <ImagePreview url={url} name={name} otherUrl={parentId ? addressIn(ofRun(parentId), entry.path) : ""} />;
    case "table":
      if (owner.kind === "run" && /^np[yz]$/.test(extensionOf(entry.path))) return <ArrayPreview runId={owner.id} path={entry.path} />;
      if (owner.kind === "run") return <TablePreview runId={owner.id} path={entry.path} instead={<Plain {...file} />} />;
      return <Unknown {...file} />;
    case "markdown":
      return <MarkdownPreview {...file} />;
    case "html":
      return <HtmlPreview owner={owner} path={entry.path} />;
    case "pdf":
      return <PdfPreview url={url} name={name} />;
    case "audio":
    case "video":
      return <PlayerPreview url={url} name={name} kind={kind} />;
    case "notebook":
      return <NotebookPreview url={url} />;
    case "code":
      return entry.size > LONG_TEXT ? <Plain {...file} /> : <DataPreview runId={owner.kind === "run" ? owner.id : ""} url={url} path={entry.path} size={entry.size} />;
    case "text":
      return <Plain {...file} />;
    default:
      return <Unknown {...file} />;
  }
}

/** What one artifact holds, by its kind; with its size and a way to keep it. */
export function Preview({ owner, parentId = "", entry }: PreviewProps) {
  const url = addressIn(owner, entry.path);
  return (
    <>
      <header class={css.head}>
        <h2 title={entry.path}>{entry.path}</h2>
        <span>
          {extensionOf(entry.path)} · {formatBytes(entry.size)}
        </span>
        <CopyButton text={entry.path} label="path" />
        <a class="button small" href={url} download={nameOf(entry.path)}>
          Download
        </a>
      </header>
      <Body owner={owner} parentId={parentId} entry={entry} url={url} />
    </>
  );
}
