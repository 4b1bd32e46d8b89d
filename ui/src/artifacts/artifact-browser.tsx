import { useEffect, useState } from "preact/hooks";
import { Preview } from "../preview/preview";
import { Snippet } from "../shell/snippet";
import { ArtifactTree } from "./artifact-tree";
import css from "./artifacts.module.css";
import { folderOf, foldersAbove, type Entry } from "./tree";
import { useFolders } from "./use-folders";

const TEACH = `import headwater as hw

with hw.start_run():
    hw.log_artifact("plots/roc.png")
    hw.log_artifact("report.html", "reports")`;

export interface ArtifactBrowserProps {
  readonly runId: string;
  /** The artifact chosen, or empty. */
  readonly path: string;
  /** Where the run keeps its artifacts. */
  readonly location: string;
  readonly revision: number;
  readonly onPath: (path: string) => void;
}

/** The files of a run as a tree, and beside it what the chosen one holds. */
export function ArtifactBrowser({ runId, path, location, revision, onPath }: ArtifactBrowserProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(foldersAbove(path)));
  const [filter, setFilter] = useState("");
  const { folders, error } = useFolders(runId, open, revision);
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
    else onPath(entry.path);
  };

  if (!root) {
    return error ? <p role="alert" class={css.error}>{`The artifacts cannot be listed. ${error}`}</p> : <p class={css.hint}>Reading…</p>;
  }
  if (root.length === 0 && !location.startsWith("mlflow-artifacts:")) {
    return (
      <section class={css.empty}>
        <h2>No artifacts to show</h2>
        <p>
          This run keeps its artifacts at <code>{location}</code>. This server shows what is there once its operator names the place in{" "}
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
  const chosen = folders.get(folderOf(path))?.find((entry) => entry.path === path);
  const isMissing = path !== "" && !chosen && folders.has(folderOf(path));
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
        {chosen && !chosen.isFolder ? (
          <Preview key={chosen.path} runId={runId} entry={chosen} />
        ) : (
          <p class={css.hint}>{isMissing ? `There is no artifact “${path}” in this run.` : "Choose a file to see it here."}</p>
        )}
      </section>
    </div>
  );
}
