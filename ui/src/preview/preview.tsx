import { addressOf } from "../artifacts/artifacts-api";
import { nameOf, type Entry } from "../artifacts/tree";
import { formatBytes } from "./bytes";
import { HexPreview } from "./hex-preview";
import { extensionOf, kindOf, type Kind } from "./kind";
import { Markdown } from "./markdown";
import { HtmlPreview, ImagePreview, PdfPreview, PlayerPreview, useWholeText } from "./media-preview";
import css from "./preview.module.css";
import { TablePreview } from "./table-preview";
import { TextPreview } from "./text-preview";

const MAX_WHOLE = 20_000_000;
const WHOLE_KINDS: ReadonlySet<Kind> = new Set<Kind>(["image", "pdf", "html", "markdown"]);

function MarkdownPreview({ url }: { readonly url: string }) {
  const { text, error } = useWholeText(url);
  if (error) return <p role="alert" class={css.error}>{error}</p>;
  return text === null ? <p class={css.hint}>Reading…</p> : <Markdown text={text} />;
}

function Body({ runId, entry, url }: { readonly runId: string; readonly entry: Entry; readonly url: string }) {
  const kind = kindOf(entry.path);
  const name = nameOf(entry.path);
  if (entry.size === 0) return <p class={css.hint}>The file is empty.</p>;
  if (WHOLE_KINDS.has(kind) && entry.size > MAX_WHOLE) {
    return <p class={css.hint}>The file is larger than {formatBytes(MAX_WHOLE)}, so it is not shown here. Download it instead.</p>;
  }
  switch (kind) {
    case "image":
      return <ImagePreview url={url} name={name} />;
    case "table":
      return <TablePreview runId={runId} path={entry.path} />;
    case "markdown":
      return <MarkdownPreview url={url} />;
    case "html":
      return <HtmlPreview url={url} name={name} />;
    case "pdf":
      return <PdfPreview url={url} name={name} />;
    case "audio":
    case "video":
      return <PlayerPreview url={url} name={name} kind={kind} />;
    case "code":
    case "text":
      return <TextPreview url={url} path={entry.path} />;
    default:
      return <HexPreview url={url} />;
  }
}

/** What one artifact holds, by its kind; with its size and a way to keep it. */
export function Preview({ runId, entry }: { readonly runId: string; readonly entry: Entry }) {
  const url = addressOf(runId, entry.path);
  return (
    <>
      <header class={css.head}>
        <h2 title={entry.path}>{entry.path}</h2>
        <span>
          {extensionOf(entry.path)} · {formatBytes(entry.size)}
        </span>
        <a class="button small" href={url} download={nameOf(entry.path)}>
          Download
        </a>
      </header>
      <Body runId={runId} entry={entry} url={url} />
    </>
  );
}
