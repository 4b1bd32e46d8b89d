/** Experiments that somebody marked to be found first: a tag, so everybody sees the star, as with runs. */

import { refresh } from "../api/use-query";
import { deleteExperimentTag, setExperimentTag } from "./settings-api";
import { STAR_TAG } from "./tags";

/** Return whether tags say that there is a star. */
export function isStarred(tags: ReadonlyMap<string, string>): boolean {
  return tags.get(STAR_TAG) === "true";
}

/** Star an experiment for everybody, or take its star away. */
export async function setStar(experimentId: string, isOn: boolean): Promise<void> {
  await (isOn ? setExperimentTag(experimentId, STAR_TAG, "true") : deleteExperimentTag(experimentId, STAR_TAG));
  refresh("home");
}
