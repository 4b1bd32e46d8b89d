import { useRef, useState } from "preact/hooks";
import { Popover } from "../shell/popover";
import type { FiguresModule } from "./figure-view";
import type { Frame } from "./frame";
import type { ParallelLayout } from "./parallel";
import css from "./plots.module.css";
import type { Brush, PlotSpec } from "./spec";
import { moveItem, useReorder } from "./use-reorder";

const REACH = 14;

interface AxisHeadingsProps {
  readonly module: FiguresModule;
  readonly spec: PlotSpec;
  readonly frame: Frame;
  readonly width: number;
  readonly height: number;
  readonly onSpec: (spec: PlotSpec) => void;
}

const withBrush = (spec: PlotSpec, field: string, brush: Brush | null): PlotSpec => ({
  ...spec,
  brushes: [...spec.brushes.filter((one) => one.field !== field), ...(brush ? [brush] : [])],
});

/** What can be done with the axes of parallel coordinates: brush, reorder, logarithm, remove; by pointer and by keys. */
export function AxisHeadings({ module, spec, frame, width, height, onSpec }: AxisHeadingsProps) {
  const layout = module.layOut(spec, frame, width, height);
  const host = useRef<HTMLDivElement>(null);
  const move = (from: number, to: number) => onSpec({ ...spec, axes: moveItem(spec.axes, from, to) });
  useReorder(host, (from, to) => to >= 0 && to < spec.axes.length && move(from, to));
  const room = (layout.axes[1]?.x ?? width) - (layout.axes[0]?.x ?? 0);
  return (
    <div ref={host}>
      <BrushLayer {...{ module, layout, spec, onSpec }} />
      {layout.axes.map((axis, index) => {
        return (
          <div key={axis.id} class={css.heading} style={{ left: `${axis.x}px`, maxWidth: `${room}px` }} draggable data-place={index}>
            <Popover trigger={<span>{axis.field.title}</span>} label={`Axis ${axis.field.title}`} buttonClass={css.headingButton ?? ""}>
              {(close) => <AxisMenu {...{ spec, onSpec, close, index, move }} axis={axis} />}
            </Popover>
          </div>
        );
      })}
    </div>
  );
}

interface AxisMenuProps {
  readonly axis: ParallelLayout["axes"][number];
  readonly index: number;
  readonly spec: PlotSpec;
  readonly onSpec: (spec: PlotSpec) => void;
  readonly move: (from: number, to: number) => void;
  readonly close: () => void;
}

function AxisMenu({ axis, index, spec, onSpec, move, close }: AxisMenuProps) {
  const brush = spec.brushes.find(({ field }) => field === axis.id);
  const isLog = spec.log.includes(axis.id);
  const act = (action: () => void) => () => {
    close();
    action();
  };
  return (
    <div class={css.axisMenu}>
      <div class={css.pair}>
        <button type="button" class="button small" disabled={index === 0} onClick={act(() => move(index, index - 1))}>
          ← Move left
        </button>
        <button type="button" class="button small" disabled={index === spec.axes.length - 1} onClick={act(() => move(index, index + 1))}>
          Move right →
        </button>
      </div>
      {axis.field.kind === "number" && (
        <label class={css.check}>
          <input
            type="checkbox"
            checked={isLog}
            onChange={() => onSpec({ ...spec, log: isLog ? spec.log.filter((id) => id !== axis.id) : [...spec.log, axis.id] })}
          />
          Logarithmic
        </label>
      )}
      {axis.categories.length > 0 ? (
        <Choices axis={axis} brush={brush} onBrush={(changed) => onSpec(withBrush(spec, axis.id, changed))} />
      ) : (
        <Ends axis={axis} brush={brush} onBrush={(changed) => onSpec(withBrush(spec, axis.id, changed))} />
      )}
      <div class={css.pair}>
        <button type="button" class="button small" disabled={!brush} onClick={act(() => onSpec(withBrush(spec, axis.id, null)))}>
          Clear range
        </button>
        <button
          type="button"
          class="button small"
          disabled={spec.axes.length <= 2}
          onClick={act(() => onSpec({ ...withBrush(spec, axis.id, null), axes: spec.axes.filter((id) => id !== axis.id) }))}
        >
          Remove axis
        </button>
      </div>
    </div>
  );
}

interface BrushProps {
  readonly axis: ParallelLayout["axes"][number];
  readonly brush: Brush | undefined;
  readonly onBrush: (brush: Brush | null) => void;
}

function Choices({ axis, brush, onBrush }: BrushProps) {
  const chosen = new Set(brush?.texts ?? axis.categories);
  const toggle = (text: string) => {
    const texts = axis.categories.filter((one) => (one === text) !== chosen.has(one));
    onBrush(texts.length === axis.categories.length || texts.length === 0 ? null : { field: axis.id, low: Number.NaN, high: Number.NaN, texts });
  };
  return (
    <fieldset class={css.choices}>
      <legend>Only runs with</legend>
      {axis.categories.map((text) => (
        <label key={text} class={css.check}>
          <input type="checkbox" checked={chosen.has(text)} onChange={() => toggle(text)} />
          {text || "(empty)"}
        </label>
      ))}
    </fieldset>
  );
}

function Ends({ axis, brush, onBrush }: BrushProps) {
  const change = (low: number, high: number) => {
    const [from, to] = [Number.isNaN(low) ? -Infinity : low, Number.isNaN(high) ? Infinity : high];
    if (from > to) return;
    onBrush(from === -Infinity && to === Infinity ? null : { field: axis.id, low: from, high: to, texts: [] });
  };
  const written = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? String(value) : "");
  return (
    <div class={css.pair}>
      {(["low", "high"] as const).map((end) => (
        <label key={end} class={css.end}>
          {end === "low" ? "From" : "To"}
          <input
            class="field"
            type="number"
            step="any"
            value={written(brush?.[end])}
            onChange={({ currentTarget: { valueAsNumber: value } }) =>
              end === "low" ? change(value, brush?.high ?? Number.NaN) : change(brush?.low ?? Number.NaN, value)
            }
          />
        </label>
      ))}
    </div>
  );
}

interface BrushLayerProps {
  readonly module: FiguresModule;
  readonly layout: ParallelLayout;
  readonly spec: PlotSpec;
  readonly onSpec: (spec: PlotSpec) => void;
}

/** Strips over the axes: a drag along one chooses a range, a click forgets it. */
function BrushLayer({ module, layout, spec, onSpec }: BrushLayerProps) {
  const [drag, setDrag] = useState<{ readonly index: number; readonly from: number; readonly to: number } | null>(null);
  const layer = useRef<HTMLDivElement>(null);
  const placeOf = (event: PointerEvent) => event.clientY - (layer.current?.getBoundingClientRect().top ?? 0);
  const end = (index: number) => {
    const axis = layout.axes[index];
    if (drag && axis) onSpec(withBrush(spec, axis.id, module.brushBetween(axis, drag.from, drag.to)));
    setDrag(null);
  };
  return (
    <div ref={layer} class={css.brushes}>
      {layout.axes.map((axis, index) => (
        <div
          key={axis.id}
          class={css.strip}
          style={{ left: `${axis.x - REACH}px`, width: `${2 * REACH}px`, top: `${layout.top}px`, height: `${layout.bottom - layout.top}px` }}
          data-axis={axis.id}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrag({ index, from: placeOf(event), to: placeOf(event) });
          }}
          onPointerMove={(event) => drag?.index === index && setDrag({ ...drag, to: placeOf(event) })}
          onPointerUp={() => end(index)}
          onPointerCancel={() => setDrag(null)}
        />
      ))}
      {drag && (
        <div
          class={css.dragged}
          style={{
            left: `${(layout.axes[drag.index]?.x ?? 0) - 8}px`,
            top: `${Math.max(layout.top, Math.min(drag.from, drag.to))}px`,
            height: `${Math.abs(Math.min(layout.bottom, Math.max(layout.top, drag.to)) - drag.from)}px`,
          }}
        />
      )}
    </div>
  );
}
