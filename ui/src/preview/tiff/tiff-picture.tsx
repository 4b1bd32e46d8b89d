import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatCount, formatValue } from "../../charts/numbers";
import { useWhole } from "../media-preview";
import css from "../preview.module.css";
import { readTiff, type TiffPage } from "./directory";
import { paintTiff, type Painted } from "./paint";

interface TiffPictureProps {
  readonly url: string;
  readonly name: string;
  readonly isFull: boolean;
  readonly missing: string;
  readonly onSize?: ((size: string) => void) | undefined;
}

/** A picture of a TIFF, which browsers do not show: read here, with a choice among several pages. */
export function TiffPicture({ url, name, isFull, missing, onSize }: TiffPictureProps) {
  const { blob, error: unread } = useWhole(url, true);
  const [file, setFile] = useState<Uint8Array | null>(null);
  const [number, setNumber] = useState(0);
  useEffect(() => {
    void blob?.arrayBuffer().then((buffer) => setFile(new Uint8Array(buffer)));
  }, [blob]);
  const pages = useMemo(() => file && tryTo(() => readTiff(file)), [file]);
  if (unread) return <p role="alert" class={css.error}>{missing}</p>;
  if (!file || !pages) return <p class={css.hint}>Reading…</p>;
  if (pages instanceof Error) return <Unreadable error={pages} />;
  const page = pages[number];
  return (
    <div class={css.pages}>
      {pages.length > 1 && (
        <label class={css.slice}>
          {`Page, of ${formatCount(pages.length)}`}
          <input
            class="field"
            type="number"
            min={1}
            max={pages.length}
            value={number + 1}
            onChange={({ currentTarget: { valueAsNumber: wanted } }) => Number.isInteger(wanted) && setNumber(Math.max(1, Math.min(pages.length, wanted)) - 1)}
          />
        </label>
      )}
      {page && <Page key={number} {...{ file, page, name, isFull, onSize }} />}
    </div>
  );
}

interface PageProps extends Pick<TiffPictureProps, "name" | "isFull" | "onSize"> {
  readonly file: Uint8Array;
  readonly page: TiffPage;
}

function Page({ file, page, name, isFull, onSize }: PageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [painted, setPainted] = useState<Painted | Error | null>(null);
  const { width, height } = page;
  useEffect(() => {
    paintTiff(file, page).then(setPainted, (failure: unknown) => setPainted(failure instanceof Error ? failure : new Error(String(failure))));
  }, [file, page]);
  useEffect(() => {
    if (!painted || painted instanceof Error) return;
    canvas.current?.getContext("2d")?.putImageData(new ImageData(painted.pixels, width, height), 0, 0);
    const range = painted.range ? ` · black is ${formatValue(painted.range[0])}, white ${formatValue(painted.range[1])}` : "";
    onSize?.(`${width} × ${height}${range}`);
  }, [painted]);
  if (painted instanceof Error) return <Unreadable error={painted} />;
  return (
    <div class={css.image} tabIndex={0} role="region" aria-label={`Picture ${name}`}>
      <canvas ref={canvas} width={width} height={height} role="img" aria-label={name} data-full={isFull} data-drawn={painted !== null || undefined} />
    </div>
  );
}

const Unreadable = ({ error }: { readonly error: Error }) => <p role="alert" class={css.error}>{`${error.message} Download it instead.`}</p>;

function tryTo<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
