import { useMemo } from "preact/hooks";
import { formatCount } from "../lib/format";
import { Popover } from "../shell/popover";
import css from "./experiments.module.css";
import { isOwnTag } from "./tags";
import type { ExperimentFacts } from "./use-facts";

const MOST = 200;

interface TagFilterProps {
  readonly experiments: readonly ExperimentFacts[];
  /** The tags that are asked for, as `key: value`. */
  readonly chosen: readonly string[];
  readonly onChosen: (tags: readonly string[]) => void;
}

/** Write a tag as it stands in the list and in the address. */
export const writeTag = (key: string, value: string): string => `${key}: ${value}`;

/** Count the tags that people set, the most used first. */
export function countTags(experiments: readonly Pick<ExperimentFacts, "tags">[]): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { tags } of experiments) {
    for (const [key, value] of tags) {
      if (isOwnTag(key)) counts.set(writeTag(key, value), (counts.get(writeTag(key, value)) ?? 0) + 1);
    }
  }
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** Only experiments with all of the chosen tags. */
export function TagFilter({ experiments, chosen, onChosen }: TagFilterProps) {
  const counts = useMemo(() => countTags(experiments), [experiments]);
  const shown = [...chosen.filter((tag) => !counts.some(([known]) => known === tag)).map((tag) => [tag, 0] as const), ...counts];
  const toggle = (tag: string) => onChosen(chosen.includes(tag) ? chosen.filter((one) => one !== tag) : [...chosen, tag]);
  return (
    <>
      {chosen.map((tag) => (
        <button key={tag} type="button" class="button small" aria-label={`Show also without the tag ${tag}`} onClick={() => toggle(tag)}>
          {tag} <span aria-hidden="true">×</span>
        </button>
      ))}
      <Popover trigger="Tags" label="Filter by tags">
        {() => (
          <fieldset class={css.tags}>
            <legend>Only experiments with</legend>
            {shown.length === 0 && <p class="muted">None of these experiments has a tag.</p>}
            {shown.slice(0, MOST).map(([tag, count]) => (
              <label key={tag}>
                <input type="checkbox" checked={chosen.includes(tag)} onChange={() => toggle(tag)} />
                <span>{tag}</span>
                <small>{formatCount(count)}</small>
              </label>
            ))}
            {shown.length > MOST && <p class="muted">{`The ${MOST} most used. Search for others: tags.team = 'vision'.`}</p>}
          </fieldset>
        )}
      </Popover>
    </>
  );
}
