import { useRef, useState } from "preact/hooks";
import type { ChartRun } from "../charts/lines";
import { Swatch } from "../charts/swatch";
import { useFocusOnHover } from "../lib/focused-run";
import { plural } from "../lib/format";
import { hrefOf } from "../lib/location";
import { moveItem, useReorder } from "../plots/use-reorder";
import { AddRun } from "./add-run";
import css from "./compare.module.css";

const MOST = 60;

export type ChangeRuns = (runIds: readonly string[]) => readonly string[];

interface RunChipsProps {
  /** The runs that are asked for, in their order. */
  readonly runIds: readonly string[];
  /** What is known of them, or of those that were asked for before. */
  readonly runs: readonly ChartRun[];
  readonly onRuns: (change: ChangeRuns) => void;
}

/** The compared runs, the baseline first: to reorder, remove and add. */
export function RunChips({ runIds, runs, onRuns }: RunChipsProps) {
  const known = new Map(runs.map((run) => [run.runId, run]));
  const shown = runIds.flatMap((id) => known.get(id) ?? []);
  const [said, setSaid] = useState("");
  const move = (from: number, to: number) => {
    const [run, other] = [shown[from], shown[to]];
    if (!run || !other) return;
    onRuns((ids) => moveItem(ids, ids.indexOf(run.runId), ids.indexOf(other.runId)));
    setSaid(to === 0 ? `${run.name} is the baseline` : `${run.name} is number ${to + 1}`);
  };
  const list = useRef<HTMLOListElement>(null);
  useReorder(list, move);
  useFocusOnHover(list);
  return (
    <div class={css.chips}>
      <ol ref={list} aria-label="Compared runs">
        {shown.slice(0, MOST).map((run, index) => (
          <li
            key={run.runId}
            class={css.chip}
            data-baseline={index === 0 || undefined}
            draggable
            data-place={index}
            data-run={run.runId}
          >
            <Swatch color={run.color} dash={run.dash} />
            <a href={hrefOf(`/runs/${run.runId}`)} title={`${run.name}: open; left and right arrows move it`}>
              {run.name}
            </a>
            {index === 0 ? (
              <span class={css.baseline}>baseline</span>
            ) : (
              <button type="button" title="Make it the baseline" aria-label={`Make ${run.name} the baseline`} onClick={() => move(index, 0)}>
                ⇤
              </button>
            )}
            <button type="button" title="Remove" aria-label={`Remove ${run.name}`} onClick={() => onRuns((ids) => ids.filter((id) => id !== run.runId))}>
              ×
            </button>
          </li>
        ))}
        {shown.length > MOST && <li class="muted">and {plural(shown.length - MOST, "more run")}</li>}
      </ol>
      <AddRun known={runIds} onAdd={(id) => onRuns((ids) => [...ids, id])} />
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </div>
  );
}
