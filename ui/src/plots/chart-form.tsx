import type { FieldOption } from "./field-select";
import { FieldSelect } from "./field-select";
import { titleOf } from "./frame";
import type { Options } from "./options";
import css from "./plots.module.css";
import type { PlotSpec } from "./spec";

interface ChartFormProps {
  readonly spec: PlotSpec;
  readonly onSpec: (spec: PlotSpec) => void;
  readonly options: Options;
}

const NAMELESS = "metrics.";

/** What a chart of the kind shows, to choose. */
export function ChartForm({ spec, onSpec, options }: ChartFormProps) {
  const set = (part: Partial<PlotSpec>) => onSpec({ ...spec, ...part });
  const field = (label: string, name: "x" | "y" | "size" | "color", some: readonly FieldOption[], none?: string) => (
    <FieldSelect label={label} value={spec[name]} options={some} {...(none === undefined ? {} : { none })} onField={(id) => set({ [name]: id })} />
  );
  const log = (id: string) => (
    <label class={css.check}>
      <input
        type="checkbox"
        disabled={!id}
        checked={id !== "" && spec.log.includes(id)}
        onChange={() => set({ log: spec.log.includes(id) ? spec.log.filter((one) => one !== id) : [...spec.log, id] })}
      />
      Logarithmic
    </label>
  );
  const metric = (label: string) => (
    <FieldSelect label={label} value={spec.y ? NAMELESS + spec.y : ""} options={options.metrics} onField={(id) => set({ y: id.slice(NAMELESS.length) })} />
  );
  switch (spec.kind) {
    case "line":
      return (
        <>
          {metric("Metric")}
          <LineAxis spec={spec} set={set} options={options} />
        </>
      );
    case "importance":
      return metric("Metric");
    case "bar":
    case "difference":
      return field("Value", "y", options.numbers);
    case "scatter":
    case "contour":
      return (
        <>
          <div class={css.row}>
            {field("X axis", "x", spec.kind === "contour" ? options.numbers : options.all)}
            {log(spec.x)}
          </div>
          <div class={css.row}>
            {field("Y axis", "y", spec.kind === "contour" ? options.numbers : options.all)}
            {log(spec.y)}
          </div>
          <div class={css.row}>
            {spec.kind === "contour" ? field("Value", "color", options.numbers) : field("Colour", "color", options.all, "By run")}
            {log(spec.color)}
          </div>
          {spec.kind === "scatter" && field("Size", "size", options.numbers, "All the same")}
        </>
      );
    case "box":
      return (
        <>
          <div class={css.row}>
            {field("Value", "y", options.numbers)}
            {log(spec.y)}
          </div>
          {field("Group by", "x", options.groups, "All runs in one")}
        </>
      );
    case "parallel":
      return (
        <>
          <AxisList spec={spec} set={set} options={options} />
          <div class={css.row}>
            {field("Colour", "color", options.all, "By run")}
            {log(spec.color)}
          </div>
        </>
      );
    case "images":
      return (
        <label>
          Series of images (empty: all)
          <input class="field" value={spec.y} onInput={(event) => set({ y: event.currentTarget.value })} />
        </label>
      );
    case "note":
      return (
        <label>
          Markdown
          <textarea class="field" rows={6} value={spec.text} onInput={(event) => set({ text: event.currentTarget.value })} />
        </label>
      );
  }
}

interface PartProps {
  readonly spec: PlotSpec;
  readonly set: (part: Partial<PlotSpec>) => void;
  readonly options: Options;
}

function LineAxis({ spec, set, options }: PartProps) {
  return (
    <label>
      X axis
      <select class="field" value={spec.x} onChange={(event) => set({ x: event.currentTarget.value })}>
        <option value="">As the other charts</option>
        <option value="step">Step</option>
        <option value="time">Time</option>
        <option value="relative">Relative time</option>
        <optgroup label="Another metric">
          {options.metrics.map(({ id }) => (
            <option key={id} value={id}>
              {titleOf(id)}
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}

function AxisList({ spec, set, options }: PartProps) {
  const rest = options.all.filter(({ id }) => !spec.axes.includes(id));
  return (
    <>
      <div class={css.axes} role="group" aria-label="Axes">
        {spec.axes.map((id) => (
          <span key={id} class={css.chip}>
            {titleOf(id)}
            <button type="button" class="button quiet small" aria-label={`Remove ${titleOf(id)}`} onClick={() => set({ axes: spec.axes.filter((one) => one !== id) })}>
              ×
            </button>
          </span>
        ))}
      </div>
      <FieldSelect label="Add an axis" value="" options={rest} none="Choose…" onField={(id) => id && set({ axes: [...spec.axes, id] })} />
    </>
  );
}
