import { useMemo, useState } from "preact/hooks";
import { formatCount, plural } from "../../lib/format";
import { CopyButton } from "../../panels/copy-button";
import panels from "../../panels/panels.module.css";
import { RowList } from "../../panels/row-list";
import css from "./code.module.css";
import { listDiffRows, parseDiff, type DiffFile, type DiffLine } from "./diff";

const ROW_HEIGHT = 20;
const LONG_FILE = 2_000;
const SIGNS: Readonly<Record<DiffLine["kind"], string>> = { added: "+", removed: "−", context: "", hunk: "", note: "" };

interface DiffViewProps {
  readonly text: string;
  readonly title: string;
  readonly download: string;
}

/** A patch: its files one below the other, each to fold, only the lines in view in the page. */
export function DiffView({ text, title, download }: DiffViewProps) {
  const { head, files } = useMemo(() => parseDiff(text), [text]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(
    () => new Set(files.length > 1 ? files.filter(({ lines }) => lines.length > LONG_FILE).map(({ path }) => path) : []),
  );
  const rows = useMemo(() => listDiffRows(files, closed), [files, closed]);
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  const flip = (path: string) => {
    const next = new Set(closed);
    if (!next.delete(path)) next.add(path);
    setClosed(next);
  };
  const row = (index: number) => {
    const found = rows[index];
    if (!found) return null;
    if (found.kind === "room") return <div key={index} class={css.room} />;
    if (found.kind === "file") return <FileRow key={index} file={found.file} isOpen={found.isOpen} onFlip={() => flip(found.file.path)} />;
    return <LineRow key={index} line={found.line} />;
  };
  return (
    <section class={panels.panel} aria-labelledby="changes-heading">
      <header>
        <h2 id="changes-heading">{title}</h2>
        <span class={panels.count}>{plural(files.length, "file")}</span>
        <span class={css.counts}>
          <span class={css.plus}>+{formatCount(added)}</span> <span class={css.minus}>−{formatCount(removed)}</span>
        </span>
        <span class={css.right}>
          {files.length > 1 && (
            <button type="button" class="button small quiet" onClick={() => setClosed(closed.size > 0 ? new Set() : new Set(files.map(({ path }) => path)))}>
              {closed.size > 0 ? "Unfold all" : "Fold all"}
            </button>
          )}
          <CopyButton text={text} label="patch" />
          <a class="button small quiet" href={download} download>
            Download
          </a>
        </span>
      </header>
      {head.length > 0 && <pre class={css.note}>{head.map((line) => line.replace(/^# ?/, "")).join("\n")}</pre>}
      {files.length === 0 && head.length === 0 && <p class={panels.hint}>The patch is empty.</p>}
      {rows.length > 0 && (
        <div class={css.diff} style={{ "--rows": Math.min(rows.length, 32) }}>
          <RowList label="Lines of the patch" count={rows.length} rowHeight={ROW_HEIGHT} row={row} />
        </div>
      )}
    </section>
  );
}

function FileRow({ file, isOpen, onFlip }: { readonly file: DiffFile; readonly isOpen: boolean; readonly onFlip: () => void }) {
  return (
    <button type="button" class={css.file} aria-expanded={isOpen} onClick={onFlip}>
      <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span>
      <b>{file.path}</b>
      {file.note !== "changed" && <span>{file.note}</span>}
      <span class={css.plus}>+{formatCount(file.added)}</span>
      <span class={css.minus}>−{formatCount(file.removed)}</span>
    </button>
  );
}

function LineRow({ line }: { readonly line: DiffLine }) {
  return (
    <div class={css.line} data-kind={line.kind}>
      <span class={css.number} aria-hidden="true">
        {line.before || ""}
      </span>
      <span class={css.number} aria-hidden="true">
        {line.after || ""}
      </span>
      <span class={css.sign}>{SIGNS[line.kind]}</span>
      <code>{line.text}</code>
    </div>
  );
}
