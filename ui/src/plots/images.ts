/** Images of a series, found by their names: `images/<key>%step%<step>%timestamp%<ms>%<uuid>.png`, or with `+`. */

export interface LoggedImage {
  readonly runId: string;
  readonly key: string;
  readonly step: number;
  readonly timestamp: number;
  readonly path: string;
  /** A smaller picture of it, or empty. */
  readonly thumbnail: string;
}

const NAME = /^images\/(?<key>.+)(?<mark>[+%])step\k<mark>(?<step>-?\d+)\k<mark>timestamp\k<mark>(?<time>\d+)\k<mark>(?<id>[^+%/]+)(?<small>\k<mark>compressed)?\.\w+$/;

/** Find the images of series among files, in the order of their steps and times. */
export function findImages(files: readonly { readonly run_id: string; readonly path: string }[]): LoggedImage[] {
  const found = new Map<string, LoggedImage>();
  const small = new Map<string, string>();
  for (const { run_id: runId, path } of files) {
    const groups = NAME.exec(path)?.groups;
    if (!groups) continue;
    const { key = "", step = "", time = "", id = "" } = groups;
    const name = `${runId}/${id}`;
    if (groups["small"]) small.set(name, path);
    else found.set(name, { runId, key: key.replaceAll("~", "/"), step: Number(step), timestamp: Number(time), path, thumbnail: "" });
  }
  return [...found]
    .map(([name, image]) => ({ ...image, thumbnail: small.get(name) ?? "" }))
    .sort((a, b) => a.step - b.step || a.timestamp - b.timestamp);
}

/** Return the image of each run and key at a step: the last one up to there. */
export function imagesAt(images: readonly LoggedImage[], step: number): ReadonlyMap<string, LoggedImage> {
  const chosen = new Map<string, LoggedImage>();
  for (const image of images) if (image.step <= step) chosen.set(`${image.runId}\n${image.key}`, image);
  return chosen;
}
