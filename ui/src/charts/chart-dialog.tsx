import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ChartCard } from "./chart-card";
import css from "./charts.module.css";
import type { Values } from "./groups";
import type { ChartRun } from "./lines";
import { SeriesLoader, type AskSeries } from "./loader";
import { makeRequest } from "./request";
import type { ChartView } from "./view";

export interface ChartDialogProps {
  readonly name: string;
  readonly runs: readonly ChartRun[];
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly revision: number;
  readonly group: string;
  readonly focused: Signal<string>;
  readonly groups?: Values | null;
  readonly ask: AskSeries;
}

/** One chart shown large, with as many buckets as it has pixels. */
export function ChartDialog({ name, runs, view, onView, revision, group, focused, groups = null, ask }: ChartDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const loader = useRef<SeriesLoader | null>(null);
  loader.current ??= new SeriesLoader(ask);
  const { current } = loader;
  useEffect(() => {
    current.aim(makeRequest(runs, view, window.innerWidth), revision);
  }, [current, runs, view, revision]);
  useEffect(() => {
    dialog.current?.showModal();
    return () => current.stop();
  }, [current]);
  return (
    <dialog class={css.dialog} ref={dialog} aria-label={name} onClose={() => onView({ ...view, open: "" })}>
      <ChartCard
        {...{ name, runs, view, onView, focused, groups }}
        loader={current}
        group={`${group}-large`}
        height={Math.max(240, window.innerHeight - 180)}
        isLarge
      />
    </dialog>
  );
}
