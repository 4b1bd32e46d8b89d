import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ReadOnlyMark } from "../access/subject";
import { formatCount } from "../lib/format";
import { onKeys, showKeys } from "../lib/keys";
import { hrefOf, navigate } from "../lib/location";
import css from "./tabs.module.css";
import type { ExperimentFacts } from "./use-facts";

export type ExperimentTab = "runs" | "models" | "datasets" | "notes" | "settings";

const KEYS = { "1 … 5": "Runs, models, datasets, notes, settings" };

interface TabsProps {
  /** The ids of the experiments, joined by commas. */
  readonly identity: string;
  readonly facts: ReadonlyMap<string, ExperimentFacts>;
  readonly tab: ExperimentTab;
  /** How many runs the tab says there are; those of the experiment unless it is given. */
  readonly runs?: number | undefined;
  readonly children?: ComponentChildren;
}

/** Return what the page of some experiments is called. */
export function titleOfExperiments(identity: string, facts: ReadonlyMap<string, ExperimentFacts>): string {
  const ids = identity.split(",");
  const names = ids.map((id) => facts.get(id)?.experiment.name ?? id);
  return names.length <= 2 ? names.join(" + ") : `${names[0] ?? ""} + ${names.length - 1} more`;
}

/** The name of an experiment and its tabs; what belongs to the page stands to the right. */
export function ExperimentTabs({ identity, facts, tab, runs, children }: TabsProps) {
  const overview = facts.get(identity)?.overview;
  const page = `/experiments/${identity}`;
  const tabs: readonly (readonly [ExperimentTab, string, number | undefined])[] = [
    ["runs", "Runs", runs ?? overview?.runs],
    ["models", "Models", overview?.models],
    ["datasets", "Datasets", overview?.datasets],
    ["notes", "Notes", undefined],
    ["settings", "Settings", undefined],
  ];
  const shown = tabs.filter(([name]) => name === "runs" || !identity.includes(","));
  const names = shown.map(([name]) => name).join();
  useEffect(() => {
    const open = names.split(",").map((name, place) => [String(place + 1), () => navigate(`${page}/${name}`)] as const);
    return onKeys(Object.fromEntries(open));
  }, [page, names]);
  useEffect(() => showKeys(KEYS), []);
  return (
    <div class={css.row}>
      <h1 tabIndex={-1} title={titleOfExperiments(identity, facts)}>
        {titleOfExperiments(identity, facts)}
      </h1>
      <nav class={css.tabs} aria-label="Experiment">
        {shown.map(([name, title, count]) => (
          <a key={name} href={hrefOf(`${page}/${name}`)} aria-current={name === tab ? "page" : undefined}>
            {title}
            {count !== undefined && <span>{formatCount(count)}</span>}
          </a>
        ))}
      </nav>
      <div class={css.tools}>
        <ReadOnlyMark />
        {children}
      </div>
    </div>
  );
}
