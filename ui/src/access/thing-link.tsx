import { callNative } from "../api/client";
import type { Grant, ListOverviewsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { hrefOf } from "../lib/location";
import { modelPage } from "../registry/places";
import css from "./access.module.css";
import { EVERYTHING } from "./rights";

/** The experiments that grants are about. */
export const experimentsOf = (grants: readonly Grant[]): readonly string[] => grants.filter(({ kind }) => kind === "experiment").map(({ resource }) => resource);

/** Read the names of experiments, in one request. */
export function useExperimentNames(experimentIds: readonly string[]): ReadonlyMap<string, string> {
  const ids = [...new Set(experimentIds)].filter((id) => id !== EVERYTHING).sort();
  const { data } = useQuery<ListOverviewsResponse>({
    key: ["overview", ids.join()],
    ask: (signal) => callNative("experiments/overview", { experiment_ids: ids }, signal),
    enabled: ids.length > 0,
  });
  return new Map(data?.experiments.map(({ experiment: { experiment_id: id, name } }) => [id, name]));
}

interface ThingLinkProps {
  readonly grant: Grant;
  readonly names: ReadonlyMap<string, string>;
}

/** The thing that a grant is about, with its name. */
export function ThingLink({ grant: { kind, resource }, names }: ThingLinkProps) {
  if (resource === EVERYTHING) return <span>{kind === "experiment" ? "All experiments" : "All models"}</span>;
  const isExperiment = kind === "experiment";
  return (
    <span>
      {isExperiment ? "Experiment" : "Model"}{" "}
      <a class={`link ${css.thing}`} href={hrefOf(isExperiment ? `/experiments/${resource}/runs` : modelPage(resource))}>
        {isExperiment ? (names.get(resource) ?? resource) : resource}
      </a>
    </span>
  );
}
