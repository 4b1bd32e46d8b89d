/** What a page looked like when it was left: kept for each entry of the browser's history, also over a reload. */

const STORE = "headwater.entries";
const MOST = 60;

type Values = Readonly<Record<string, unknown>>;

const entries = new Map<string, Values>(readStored());
let current = openEntry();
/** Whether the reader came by the browser's back, forward or reload. */
let isReturn = true;

/** Keep something of the page for when the reader comes back to it. */
export function keep(name: string, value: unknown): void {
  const values = { ...entries.get(current), [name]: value };
  entries.delete(current);
  entries.set(current, values); // what was used last stands last
  for (const oldest of entries.keys()) {
    if (entries.size <= MOST) break;
    entries.delete(oldest);
  }
}

/** Return what was kept under a name when the reader was here before; undefined if that is not what brings them here. */
export const recall = (name: string): unknown => (isReturn ? entries.get(current)?.[name] : undefined);

/** Return the state of a new entry; one of the same page begins with what was kept of the one before. */
export function pushEntry(isSamePage: boolean): { readonly entry: string } {
  const values = isSamePage ? entries.get(current) : undefined;
  current = newId();
  isReturn = false;
  if (values) entries.set(current, values);
  return { entry: current };
}

/** Return the state of the entry that the reader is at, which from now on shows something else. */
export function changeEntry(): { readonly entry: string } {
  isReturn = false;
  return { entry: current };
}

/** The browser has gone to another entry. */
export function returnToEntry(): void {
  current = openEntry();
  isReturn = true;
}

/** Keep everything over a reload. */
export function storeEntries(): void {
  sessionStorage.setItem(STORE, JSON.stringify([...entries]));
}

function newId(): string {
  return Math.random().toString(36).slice(2);
}

function openEntry(): string {
  const { state } = history;
  const known: unknown = typeof state === "object" && state !== null && "entry" in state ? state.entry : "";
  if (typeof known === "string" && known) return known;
  const entry = newId();
  history.replaceState({ entry }, "");
  return entry;
}

function readStored(): readonly (readonly [string, Values])[] {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
  } catch {
    return []; // nothing that a reader would miss
  }
}
