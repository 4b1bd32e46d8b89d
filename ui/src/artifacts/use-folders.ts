import { useEffect, useRef, useState } from "preact/hooks";
import { listFolder } from "./artifacts-api";
import type { Entry, Folders } from "./tree";

export interface FolderState {
  readonly folders: Folders;
  readonly error: string;
}

/** Read the folders that are open, each once, and all of them again when `revision` grows. */
export function useFolders(runId: string, open: ReadonlySet<string>, revision: number): FolderState {
  const [folders, setFolders] = useState<Folders>(new Map());
  const [error, setError] = useState("");
  const stamps = useRef(new Map<string, string>());
  const stamp = `${runId}|${revision}`;
  useEffect(() => {
    for (const path of ["", ...open]) {
      if (stamps.current.get(path) === stamp) continue;
      stamps.current.set(path, stamp);
      listFolder(runId, path).then(
        (entries: readonly Entry[]) => {
          setFolders((old) => new Map(old).set(path, entries));
          setError("");
        },
        (failure: unknown) => {
          stamps.current.delete(path);
          setError(failure instanceof Error ? failure.message : String(failure));
        },
      );
    }
  }, [runId, stamp, open]);
  return { folders, error };
}
