/** Which tabs a run has: those with content, and the one that the address names. */

import type { Entry } from "../artifacts/tree";
import { isRunning, type RunDetails } from "./model";
import type { RunPlace, Tab } from "./route";
import { countModels, type RunModels } from "./use-models";

export interface TabItem {
  readonly tab: Tab;
  readonly label: string;
  /** How many things the tab holds; null when that is not known. */
  readonly count: number | null;
}

const hasNoContext = ({ key }: { readonly key: string }): boolean => !key.endsWith("}");

export interface TabFacts {
  readonly run: RunDetails;
  readonly place: RunPlace;
  /** What stands at the top of its artifacts; undefined until it is known. */
  readonly top: readonly Pick<Entry, "path" | "isFolder">[] | undefined;
  readonly models: RunModels;
  /** How many of its metrics tell about the machine, contexts aside. */
  readonly system: number;
}

/** List the tabs in their order. */
export function listTabs({ run, place, top, models, system }: TabFacts): TabItem[] {
  const hasFolder = (path: string) => top?.some((entry) => entry.isFolder && entry.path === path) ?? false;
  const hasSource = ["mlflow.source.git.commit", "headwater.source.command", "mlflow.source.name"].some((tag) => run.tags.has(tag));
  const count = countModels(models);
  const all: readonly (TabItem & { readonly isThere: boolean })[] = [
    { tab: "overview", label: "Overview", count: null, isThere: true },
    { tab: "metrics", label: "Metrics", count: run.metrics.filter(hasNoContext).length - system, isThere: true },
    { tab: "system", label: "System", count: system, isThere: system > 0 },
    { tab: "artifacts", label: "Artifacts", count: top?.length ?? null, isThere: true },
    { tab: "models", label: "Models", count, isThere: count > 0 },
    { tab: "logs", label: "Logs", count: null, isThere: hasFolder("logs") || isRunning(run) },
    { tab: "code", label: "Code", count: null, isThere: hasFolder("code") || hasSource },
    { tab: "lineage", label: "Lineage", count: null, isThere: true },
  ];
  return all.filter(({ tab, isThere }) => isThere || tab === place.tab).map(({ tab, label, count }) => ({ tab, label, count }));
}
