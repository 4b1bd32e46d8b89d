import { useEffect, useState } from "preact/hooks";
import { FolderPreview } from "../preview/folder-preview";
import { Preview } from "../preview/preview";
import { useReady } from "../lib/use-ready";
import { Snippet } from "../shell/snippet";
import { ArtifactTree } from "./artifact-tree";
import type { ArtifactOwner } from "./artifacts-api";
import css from "./artifacts.module.css";
import { folderOf, foldersAbove, type Entry } from "./tree";
import { useFolders } from "./use-folders";

const TEACH = `import headwater as hw

with hw.start_run():
    hw.log_artifact("plots/roc.png")
    hw.log_artifact("report.html", "reports")`;

export interface ArtifactBrowserProps {
  readonly owner: ArtifactOwner;
  /** The parent of the run, whose picture of the same name can be looked at beside; empty if there is none. */
  readonly parentId?: string;
  /** The artifact chosen, or empty. */
  readonly path: string;
  /** Where they are kept. */
  readonly location: string;
  readonly revision: number;
  readonly onPath: (path: string) => void;
}

/** The files of a run as a tree, and beside it what the chosen one holds. */
export function ArtifactBrowser({ owner, parentId = "", path, location, revision, onPath }: ArtifactBrowserProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(foldersAbove(path)));
  const [filter, setFilter] = useState("");
  const { folders, error } = useFolders(owner, open, revision);
  const root = folders.get("");

  useEffect(() => {
    setOpen((old) => (foldersAbove(path).every((one) => old.has(one)) ? old : new Set([...old, ...foldersAbove(path)])));
  }, [path]);

  const onOpen = (folder: string, isOpen: boolean) => {
    const next = new Set(open);
    if (isOpen) next.add(folder);
    else next.delete(folder);
    setOpen(next);
  };
  const onChoose = (entry: Entry) => {
    if (entry.isFolder) onOpen(entry.path, !open.has(entry.path));
    onPath(entry.path);
  };

  const chosen = folders.get(folderOf(path))?.find((entry) => entry.path === path);
  const isMissing = path !== "" && !chosen && folders.has(folderOf(path));
  const isFolderUnread = chosen?.isFolder === true && !folders.has(chosen.path);
  useEffect(() => {
    if (isFolderUnread) onOpen(path, true);
  }, [isFolderUnread, path]);

  // The tree does not grow while what stands below it on a narrow page is read.
  const isReady = useReady(error !== "" || (root !== undefined && foldersAbove(path).every((one) => folders.has(one)) && !isFolderUnread));
  if (!root || !isReady) {
    return error ? <p role="alert" class={css.error}>{`The artifacts cannot be listed. ${error}`}</p> : <p class={css.hint}>Reading…</p>;
  }
  if (root.length === 0 && !location.startsWith("mlflow-artifacts:")) {
    return (
      <section class={css.empty}>
        <h2>No artifacts to show</h2>
        <p>
          The artifacts are kept at <code>{location}</code>. This server shows what is there once its operator names the place in{" "}
          <code>HEADWATER_ARTIFACT_LOCATIONS</code>.
        </p>
      </section>
    );
  }
  if (root.length === 0) {
    return (
      <section class={css.empty}>
        <h2>No artifacts yet</h2>
        <p>Files, folders, plots and models that belong to a run are kept with it:</p>
        <Snippet code={TEACH} label="Python code" />
      </section>
    );
  }
  return (
    <div class={css.browser}>
      <div class={css.side}>
        <input
          class="field" type="search"
          placeholder="Filter"
          aria-label="Filter artifacts"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        {error && <p role="alert" class={css.error}>{error}</p>}
        <ArtifactTree {...{ folders, open, filter, onOpen, onChoose }} chosen={path} />
      </div>
      <section class={css.preview} aria-label="Preview">
        {chosen?.isFolder ? (
          <FolderPreview key={chosen.path} owner={owner} path={chosen.path} entries={folders.get(chosen.path) ?? null} onPath={onPath} />
        ) : chosen ? (
          <Preview key={chosen.path} owner={owner} parentId={parentId} entry={chosen} />
        ) : isMissing ? (
          <p class={css.hint}>{`There is no artifact “${path}” in this run.`}</p>
        ) : (
          <FolderPreview owner={owner} path="" entries={root} onPath={onPath} />
        )}
      </section>
    </div>
  );
}
