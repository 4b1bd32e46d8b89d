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

interface RunChipsProps {
  readonly runs: readonly ChartRun[];
  readonly onRuns: (runIds: readonly string[]) => void;
}

/** The compared runs, the baseline first: to reorder, remove and add. */
export function RunChips({ runs, onRuns }: RunChipsProps) {
  const ids = runs.map(({ runId }) => runId);
  const [said, setSaid] = useState("");
  const move = (from: number, to: number) => {
    if (to < 0 || to >= ids.length) return;
    onRuns(moveItem(ids, from, to));
    setSaid(to === 0 ? `${runs[from]?.name} is the baseline` : `${runs[from]?.name} is number ${to + 1}`);
  };
  const list = useRef<HTMLOListElement>(null);
  useReorder(list, move);
  useFocusOnHover(list);
  return (
    <div class={css.chips}>
      <ol ref={list} aria-label="Compared runs">
        {runs.slice(0, MOST).map((run, index) => (
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
            <button type="button" title="Remove" aria-label={`Remove ${run.name}`} onClick={() => onRuns(ids.filter((id) => id !== run.runId))}>
              ×
            </button>
          </li>
        ))}
        {runs.length > MOST && <li class="muted">and {plural(runs.length - MOST, "more run")}</li>}
      </ol>
      <AddRun known={ids} onAdd={(id) => onRuns([...ids, id])} />
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </div>
  );
}
