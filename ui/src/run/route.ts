/** Where within a run's page: which tab, which artifact. */

export const TABS = ["overview", "metrics", "system", "artifacts", "models", "logs", "code", "lineage"] as const;
export type Tab = (typeof TABS)[number];

export interface RunPlace {
  readonly tab: Tab;
  /** The artifact chosen, or empty. */
  readonly path: string;
}

const isTab = (text: string): text is Tab => TABS.some((tab) => tab === text);

/** Read the place from what follows the run's id in the path, decoded. */
export function readPlace(rest: string): RunPlace {
  const [tab = "", ...path] = rest.split("/");
  return { tab: isTab(tab) ? tab : "overview", path: path.filter(Boolean).join("/") };
}

/** Return the page of the run itself, of whichever tab `page` is. */
export const baseOf = (page: string): string => /^.*?\/runs\/[^/]+/.exec(page)?.[0] ?? page;

/** Write the page of a tab, or of an artifact if one is given. */
export function writePlace(base: string, tab: Tab, path = ""): string {
  if (tab === "overview") return base;
  const tail = path ? `/${path.split("/").map(encodeURIComponent).join("/")}` : "";
  return `${base}/${tab}${tail}`;
}
