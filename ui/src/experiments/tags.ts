/** The tags of experiments that mean something to the pages. */

export const DESCRIPTION_TAG = "mlflow.note.content";
export const MAIN_METRIC_TAG = "headwater.mainMetric";
export const DIRECTION_TAG = "headwater.mainMetricDirection";
/** Who looks after the experiment, as people say. */
export const OWNER_TAG = "owner";
/** Of experiments and runs that somebody marked to find them first. */
export const STAR_TAG = "headwater.starred";
export const DEFAULT_VIEW_TAG = "headwater.defaultView";

/** Return whether a tag is the system's own, not one that people set. */
export function isOwnTag(key: string): boolean {
  return !key.startsWith("mlflow.") && !key.startsWith("headwater.");
}
