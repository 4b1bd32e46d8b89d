import { useEffect, useRef, useState } from "preact/hooks";
import { listOwned, type ArtifactOwner } from "./artifacts-api";
import type { Entry, Folders } from "./tree";

export interface FolderState {
  readonly folders: Folders;
  readonly error: string;
}

/** Read the folders that are open, each once, and all of them again when `revision` grows. */
export function useFolders(owner: ArtifactOwner, open: ReadonlySet<string>, revision: number): FolderState {
  const [folders, setFolders] = useState<Folders>(new Map());
  const [error, setError] = useState("");
  const stamps = useRef(new Map<string, string>());
  const stamp = `${owner.kind}|${owner.id}|${revision}`;
  useEffect(() => {
    for (const path of ["", ...open]) {
      if (stamps.current.get(path) === stamp) continue;
      stamps.current.set(path, stamp);
      listOwned(owner, path).then(
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
  }, [owner.kind, owner.id, stamp, open]);
  return { folders, error };
}
