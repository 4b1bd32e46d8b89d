/** What was written and not saved yet: kept in this browser, so that whatever ends the page, nothing written is lost. */

import { useCallback, useState } from "preact/hooks";
import { isFields } from "./read";

const PREFIX = "headwater.draft.";
const LONGEST_MS = 30 * 86_400_000;

export interface Draft<T> {
  readonly draft: T | null;
  /** Whether it was written before the page was left. */
  readonly isOld: boolean;
  /** Begin one in which nothing is written yet. */
  readonly begin: (draft: T) => void;
  /** Keep it as it is now, or with null none. */
  readonly put: (draft: T | null) => void;
}

/** Return the draft of a thing; `read` returns null for what it cannot read of what `write` made. */
export function useDraft<T extends object>(thing: string, read: (kept: unknown) => T | null, write: (draft: T) => object = (draft) => draft): Draft<T> {
  const [{ draft, isOld }, set] = useState(() => {
    const known = readDraft(thing, read);
    return { draft: known, isOld: known !== null };
  });
  const begin = useCallback((first: T) => set({ draft: first, isOld: false }), []);
  const put = useCallback(
    (next: T | null) => {
      set({ draft: next, isOld: false });
      writeDraft(thing, next && write(next));
    },
    [thing],
  );
  return { draft, isOld, begin, put };
}

/** Forget all drafts: they are of somebody else. */
export function forgetDrafts(): void {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
}

function readDraft<T>(thing: string, read: (kept: unknown) => T | null): T | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PREFIX + thing) ?? "null");
    if (!isFields(kept) || !(Number(kept["time"]) > Date.now() - LONGEST_MS)) return null;
    return read(kept["draft"]);
  } catch {
    return null; // not one of ours
  }
}

function writeDraft(thing: string, draft: object | null): void {
  try {
    if (draft) localStorage.setItem(PREFIX + thing, JSON.stringify({ time: Date.now(), draft }));
    else localStorage.removeItem(PREFIX + thing);
  } catch {
    // No room: the draft lives as long as the page.
  }
}
