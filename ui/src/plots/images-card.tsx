import { useMemo, useState } from "preact/hooks";
import { callNative } from "../api/client";
import type { FindFilesResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { addressOf } from "../artifacts/artifacts-api";
import chartCss from "../charts/charts.module.css";
import type { ChartRun } from "../charts/lines";
import { saveText } from "../charts/download";
import { formatCount } from "../charts/numbers";
import { Swatch } from "../charts/swatch";
import { copyCode, serverAddress } from "./export";
import { sheetToCsv } from "./sheet";
import { findImages, imagesAt, type LoggedImage } from "./images";
import { CardHead, type MenuItem } from "./plot-card";
import css from "./plots.module.css";
import { writePython } from "./python";
import { type PlotSpec, titleOfSpec } from "./spec";
import { hashOf } from "./use-frame";

const MAX_RUNS = 50;

interface ImagesCardProps {
  readonly spec: PlotSpec;
  readonly runs: readonly ChartRun[];
  readonly revision: number;
  readonly items: readonly MenuItem[];
}

/** The images that runs logged in series: a row a run, a column a series, and a slider over the steps. */
export function ImagesCard({ spec, runs, revision, items }: ImagesCardProps) {
  const shown = runs.slice(0, MAX_RUNS);
  const ids = shown.map(({ runId }) => runId);
  const { data, error, refetch } = useQuery<FindFilesResponse>({
    key: ["images", hashOf(ids.join())],
    revision,
    ask: (signal) => callNative("runs/files", { run_ids: ids, path: "images" }, signal),
    enabled: ids.length > 0,
  });
  const images = useMemo(() => findImages(data?.files ?? []).filter(({ key }) => !spec.y || key === spec.y), [data, spec.y]);
  const title = titleOfSpec(spec);
  const names = new Map(shown.map(({ runId, name }) => [runId, name]));
  const rows = images.map(({ runId, key, step, path }) => [runId, names.get(runId) ?? "", key, String(step), addressOf(runId, path)]);
  const csv: MenuItem = {
    label: "Save addresses (CSV)",
    isOff: images.length === 0,
    act: () => saveText(title, "csv", sheetToCsv({ head: ["run_id", "run", "series", "step", "address"], rows })),
  };
  const python: MenuItem = { label: "Copy as Python code", act: () => void copyCode(title, writePython(spec, ids, serverAddress())) };
  return (
    <section class={`${chartCss.card} ${css.wide}`} aria-label={title} data-plot={title}>
      <CardHead title={title} items={[csv, python, ...items]} />
      {error && (
        <p class={chartCss.error} role="alert">
          {error.message} <button type="button" class="button small" onClick={() => void refetch()}>Retry</button>
        </p>
      )}
      {data && images.length === 0 && <p class={chartCss.note}>These runs logged no images with a step (log_image with a key).</p>}
      {images.length > 0 && <ImageGrid images={images} runs={shown} />}
      {runs.length > MAX_RUNS && (
        <p class={chartCss.note}>
          The first {MAX_RUNS} of {formatCount(runs.length)} runs.
        </p>
      )}
    </section>
  );
}

function ImageGrid({ images, runs }: { readonly images: readonly LoggedImage[]; readonly runs: readonly ChartRun[] }) {
  const steps = useMemo(() => [...new Set(images.map(({ step }) => step))].sort((a, b) => a - b), [images]);
  const keys = useMemo(() => [...new Set(images.map(({ key }) => key))].sort(), [images]);
  const [place, setPlace] = useState<number | null>(null);
  const index = Math.min(place ?? steps.length - 1, steps.length - 1);
  const step = steps[index] ?? 0;
  const chosen = useMemo(() => imagesAt(images, step), [images, step]);
  const rows = runs.filter(({ runId }) => images.some((image) => image.runId === runId));
  return (
    <>
      <label class={css.slider}>
        Step
        <input
          type="range"
          min="0"
          max={steps.length - 1}
          value={index}
          disabled={steps.length < 2}
          aria-label="Step"
          aria-valuetext={`step ${step}`}
          onInput={(event) => setPlace(Number(event.currentTarget.value))}
        />
        <output>{formatCount(step)}</output>
      </label>
      <div class={css.images} tabIndex={0} role="region" aria-label="Images by run">
        <table>
          <thead>
            <tr>
              <th scope="col">run</th>
              {keys.map((key) => (
                <th key={key} scope="col">{key}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((run) => (
              <tr key={run.runId}>
                <th scope="row">
                  <Swatch color={run.color} dash={run.dash} /> {run.name}
                </th>
                {keys.map((key) => {
                  const image = chosen.get(`${run.runId}\n${key}`);
                  return <td key={key}>{image && <Picture image={image} run={run} isExact={image.step === step} />}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Picture({ image, run, isExact }: { readonly image: LoggedImage; readonly run: ChartRun; readonly isExact: boolean }) {
  return (
    <figure>
      <a href={addressOf(image.runId, image.path)} target="_blank" rel="noopener">
        <img src={addressOf(image.runId, image.thumbnail || image.path)} alt={`${image.key} of ${run.name} at step ${image.step}`} loading="lazy" />
      </a>
      {!isExact && <figcaption>step {formatCount(image.step)}</figcaption>}
    </figure>
  );
}
