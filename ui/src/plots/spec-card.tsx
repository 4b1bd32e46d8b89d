import type { Signal } from "@preact/signals";
import { useCallback, useMemo } from "preact/hooks";
import type { ChartRun } from "../charts/lines";
import type { ChartView } from "../charts/view";
import { AxisHeadings } from "./axis-headings";
import { copyCode, serverAddress } from "./export";
import type { Build, FiguresModule } from "./figure-view";
import { type Frame, pickRuns } from "./frame";
import { ImagesCard } from "./images-card";
import { ImportanceCard, LineCard, NoteCard } from "./other-cards";
import { type MenuItem, PlotCard } from "./plot-card";
import css from "./plots.module.css";
import { writePython } from "./python";
import { columnsOf, type PlotSpec, titleOfSpec } from "./spec";

/** The room that an axis needs for its name and ticks; where there is less, the chart is scrolled. */
const LEAST_AXIS = 88;

export interface SpecCardProps {
  readonly spec: PlotSpec;
  readonly onSpec: (spec: PlotSpec) => void;
  /** All runs in view. */
  readonly runIds: readonly string[];
  /** The runs that are drawn as lines and bars, with their looks. */
  readonly runs: readonly ChartRun[];
  /** Whether `runs` were chosen by the reader, so that they stand out among all. */
  readonly isChosen: boolean;
  readonly frame: Frame | null;
  /** Whether the fields that the frame lacks are on their way. */
  readonly isPartial?: boolean;
  readonly error: Error | null;
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly revision: number;
  readonly focused: Signal<string>;
  readonly items: readonly MenuItem[];
  readonly height: number;
  /** Whether less of what colours is better; absent: as its name sounds. */
  readonly isLess?: boolean;
}

/** A chart of any kind. */
export function SpecCard(props: SpecCardProps) {
  const { spec, items, height, focused, runs, revision } = props;
  switch (spec.kind) {
    case "line":
      return <LineCard {...{ spec, items, height, focused, runs, revision }} view={props.view} onView={props.onView} />;
    case "images":
      return <ImagesCard {...{ spec, runs, revision, items }} />;
    case "importance":
      return <ImportanceCard {...{ spec, items, height, focused, revision }} runIds={props.runIds} />;
    case "note":
      return <NoteCard {...{ spec, items }} />;
    default:
      return <FrameCard {...props} />;
  }
}

/** A chart that is drawn from values of runs. */
function FrameCard({ spec, onSpec, runIds, runs, isChosen, frame, isPartial = false, error, focused, items, height, isLess }: SpecCardProps) {
  const onlyDrawn = spec.kind === "bar" || spec.kind === "difference";
  const shown = useMemo(() => {
    if (!frame || (isPartial && !columnsOf(spec).every(frame.has))) return null;
    return pickRuns(frame, onlyDrawn ? runs.map(({ runId }) => runId) : runIds);
  }, [frame, isPartial, spec, onlyDrawn, runs, runIds]);
  const looks = useMemo(() => new Map(isChosen || onlyDrawn ? runs.map((run) => [run.runId, run]) : []), [runs, isChosen, onlyDrawn]);
  const message = error?.message ?? "Reading…";
  const build = useCallback<Build>(
    (module, width, room, mode) =>
      shown ? module.drawFigure({ spec, frame: shown, runs: looks, width, height: room, mode, ...(isLess === undefined ? {} : { isLess }) }) : { reason: message },
    [spec, shown, looks, message, isLess],
  );
  const title = titleOfSpec(spec);
  const overlay = useCallback(
    (module: FiguresModule, width: number, room: number) =>
      shown && <AxisHeadings {...{ module, spec, width, onSpec }} frame={shown} height={room} />,
    [shown, spec, onSpec],
  );
  const onPython = () => void copyCode(title, writePython(spec, shown?.runIds ?? [], serverAddress()));
  const shared = { title, build, height, focused, items, onPython };
  if (spec.kind !== "parallel") return <PlotCard {...shared} />;
  return (
    <div class={css.wide}>
      <PlotCard {...shared} overlay={overlay} leastWidth={LEAST_AXIS * spec.axes.length} />
    </div>
  );
}
