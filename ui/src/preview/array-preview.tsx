import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { readNative } from "../api/client";
import type { PreviewArrayResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatCount, formatValue } from "../charts/numbers";
import { readNumber } from "../run/model";
import { traceSparkline } from "../run/sparkline";
import { colorOf, findRange, paintMeans, type Means } from "./heat";
import css from "./preview.module.css";
import { TablePreview } from "./table-preview";

const RAMP = Array.from({ length: 9 }, (_, step) => `rgb(${colorOf(step / 8).join(" ")})`).join(", ");

interface Picture extends Omit<PreviewArrayResponse, "means" | "low" | "high" | "mean"> {
  readonly means: Means;
  readonly low: number | null;
  readonly high: number | null;
  readonly mean: number | null;
}

function readPicture(answer: PreviewArrayResponse): Picture {
  const read = (value: unknown) => (value === null || value === undefined ? null : readNumber(value));
  return { ...answer, means: answer.means.map((row) => row.map(read)), low: read(answer.low), high: read(answer.high), mean: read(answer.mean) };
}

/** A NumPy array: what it is, a picture of its numbers, and the numbers. */
export function ArrayPreview({ runId, path }: { readonly runId: string; readonly path: string }) {
  const [index, setIndex] = useState("");
  const [member, setMember] = useState("");
  const [isTable, setTable] = useState(false);
  const { data, error } = useQuery({
    key: ["array", runId, path, member, index],
    ask: async (signal) => readPicture(await readNative<PreviewArrayResponse>("artifacts/preview-array", { run_id: runId, path, member, index }, signal)),
  });
  // What holds no numbers may still be a table.
  if (error && !data) return <TablePreview runId={runId} path={path} member={member} />;
  if (!data) return <p class={css.hint}>Reading…</p>;
  return (
    <div class={css.text}>
      <div class={css.tools}>
        {data.members && data.members.length > 0 && (
          <select
            class="field"
            aria-label="Array"
            value={member || data.members[0]}
            onChange={(event) => {
              setIndex("");
              setMember(event.currentTarget.value);
            }}
          >
            {data.members.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        <div class="segments" role="group" aria-label="Show as">
          <button type="button" aria-pressed={!isTable} onClick={() => setTable(false)}>
            {data.shape.length > 1 ? "Heat map" : "Line"}
          </button>
          <button type="button" aria-pressed={isTable} onClick={() => setTable(true)}>
            Values
          </button>
        </div>
        <span role="status">
          {data.shape.map(formatCount).join(" × ") || "scalar"} {data.dtype}
        </span>
        {!isTable && <Slices data={data} onIndex={setIndex} />}
      </div>
      {error && <p role="alert" class={css.error}>{error.message}</p>}
      {isTable ? <TablePreview key={member} runId={runId} path={path} member={member} /> : <Drawing data={data} path={path} />}
    </div>
  );
}

/** Where in the dimensions that are not drawn. */
function Slices({ data, onIndex }: { readonly data: Picture; readonly onIndex: (index: string) => void }) {
  return (
    <>
      {data.index.map((place, dimension) => (
        <label key={dimension} class={css.slice}>
          {`Place in dimension ${dimension}`}
          <input
            class="field"
            type="number"
            min={0}
            max={(data.shape[dimension] ?? 1) - 1}
            value={place}
            onChange={(event) => {
              const wanted = Math.trunc(event.currentTarget.valueAsNumber);
              if (!Number.isFinite(wanted)) return;
              onIndex(data.index.map((one, other) => (other === dimension ? Math.max(0, Math.min((data.shape[dimension] ?? 1) - 1, wanted)) : one)).join(","));
            }}
          />
        </label>
      ))}
    </>
  );
}

function Drawing({ data, path }: { readonly data: Picture; readonly path: string }) {
  const { low, high, mean, others, is_sampled: isSampled } = data;
  const facts = [
    low === null ? "no finite number" : `${formatValue(low)} to ${formatValue(high ?? low)}, mean ${formatValue(mean ?? low)}`,
    others > 0 ? `${formatCount(others)} not finite` : "",
    isSampled ? "of the parts of a large array that were read" : "",
  ].filter(Boolean);
  const isLine = data.shape.length < 2;
  return (
    <div class={css.array} tabIndex={0} role="region" aria-label={`Picture of ${path}`}>
      {isLine ? <Line data={data} path={path} /> : <HeatMap data={data} path={path} facts={facts.join(", ")} />}
      <p>{facts.join(" · ")}</p>
    </div>
  );
}

function Line({ data: { means, shape }, path }: { readonly data: Picture; readonly path: string }) {
  const values = Float64Array.from(means[0] ?? [], (value) => value ?? Number.NaN);
  if (values.length < 2) return <p class={css.single}>{formatValue(values[0] ?? Number.NaN)}</p>;
  return (
    <svg class={css.course} viewBox="0 0 80 20" preserveAspectRatio="none" role="img" aria-label={`${formatCount(shape[0] ?? 1)} values of ${path} as a line`}>
      <path d={traceSparkline(Float64Array.from(values.keys()), values)} />
    </svg>
  );
}

function HeatMap({ data, path, facts }: { readonly data: Picture; readonly path: string; readonly facts: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { means, shape } = data;
  const [width, height] = [means[0]?.length ?? 1, means.length];
  const [low, high] = findRange(means);
  useLayoutEffect(() => {
    canvas.current?.getContext("2d")?.putImageData(new ImageData(paintMeans(means, low, high), width, height), 0, 0);
  }, [means]);
  const [rows = 1, columns = 1] = shape.slice(-2);
  const isMean = rows > height || columns > width;
  const scale = Math.max(1, Math.floor(Math.min(640 / width, 480 / height)));
  return (
    <>
      <canvas
        ref={canvas}
        width={width}
        height={height}
        class={css.heat}
        style={{ width: `${width * scale}px` }}
        role="img"
        aria-label={`Heat map of ${path}: ${formatCount(rows)} rows, ${formatCount(columns)} columns; ${facts}`}
      />
      <div class={css.ramp}>
        <span>{formatValue(low)}</span>
        <i style={{ background: `linear-gradient(to right, ${RAMP})` }} />
        <span>{formatValue(high)}</span>
        {isMean && <span>{`each field is the mean of about ${formatCount(Math.round((rows * columns) / (width * height)))} values`}</span>}
      </div>
    </>
  );
}
