import { archiveOf, type ArtifactOwner } from "../artifacts/artifacts-api";
import { nameOf, type Entry } from "../artifacts/tree";
import { plural } from "../lib/format";
import { lazy } from "../shell/lazy";
import { formatBytes } from "./bytes";
import css from "./preview.module.css";

const ModelPreview = lazy(() => import("./model-preview").then((module) => module.ModelPreview));
const MOST = 500;

interface FolderPreviewProps {
  readonly owner: ArtifactOwner;
  /** Empty for all there is. */
  readonly path: string;
  /** Null until they are read. */
  readonly entries: readonly Entry[] | null;
  readonly onPath: (path: string) => void;
}

/** What a folder holds; of a model what it is, takes and needs. */
export function FolderPreview({ owner, path, entries, onPath }: FolderPreviewProps) {
  const files = entries?.filter((entry) => !entry.isFolder) ?? [];
  const hasModel = files.some((entry) => nameOf(entry.path) === "MLmodel");
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <>
      <header class={css.head}>
        <h2 title={path}>{path || "All artifacts"}</h2>
        <span>{entries ? `${plural(entries.length, "entry", "entries")}${bytes > 0 ? ` · ${formatBytes(bytes)}` : ""}` : ""}</span>
        <a class="button small" href={archiveOf(owner, path)} download>
          Download ZIP
        </a>
      </header>
      {!entries ? (
        <p class={css.hint}>Reading…</p>
      ) : entries.length === 0 ? (
        <p class={css.hint}>The folder is empty.</p>
      ) : (
        <div class={css.parts}>
          {hasModel ? (
            <ModelPreview key={path} owner={owner} path={path} files={files}>
              <Entries {...{ path, entries, onPath }} />
            </ModelPreview>
          ) : (
            <Entries {...{ path, entries, onPath }} />
          )}
        </div>
      )}
    </>
  );
}

interface EntriesProps extends Omit<FolderPreviewProps, "owner"> {
  readonly entries: readonly Entry[];
}

function Entries({ path, entries, onPath }: EntriesProps) {
  return (
    <>
      <table class={css.entries}>
        <caption class="visually-hidden">Entries of {path || "the artifacts"}</caption>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Size</th>
          </tr>
        </thead>
        <tbody>
          {entries.slice(0, MOST).map((entry) => (
            <tr key={entry.path}>
              <th scope="row">
                <button type="button" onClick={() => onPath(entry.path)}>
                  {nameOf(entry.path)}
                  {entry.isFolder && "/"}
                </button>
              </th>
              <td>{entry.isFolder ? "" : formatBytes(entry.size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {entries.length > MOST && <p class={css.hint}>The first {MOST} of {entries.length} entries; the tree has all of them.</p>}
    </>
  );
}
