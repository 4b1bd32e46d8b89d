import { useEffect, useState } from "preact/hooks";
import { fetchFile } from "../api/client";
import { pageAddressIn, type ArtifactOwner } from "../artifacts/artifacts-api";
import { lazy } from "../shell/lazy";
import { extensionOf } from "./kind";
import css from "./preview.module.css";

const TiffPicture = lazy(() => import("./tiff/tiff-picture").then((module) => module.TiffPicture));

interface ImagePreviewProps {
  readonly url: string;
  readonly name: string;
  /** Where the picture of the same name of the parent run would be; empty if there is no parent. */
  readonly otherUrl: string;
}

/** A picture, as wide as there is room or pixel by pixel, alone or beside the parent's. */
export function ImagePreview({ url, name, otherUrl }: ImagePreviewProps) {
  const [isFull, setFull] = useState(false);
  const [isBeside, setBeside] = useState(false);
  const [size, setSize] = useState("");
  const shared = { isFull, isTiff: /^tiff?$/.test(extensionOf(name)) };
  return (
    <div class={css.text}>
      <div class={css.tools}>
        <span role="status">{size}</span>
        <span class={css.more}>
          {otherUrl && (
            <button type="button" class="button small" aria-pressed={isBeside} onClick={() => setBeside(!isBeside)}>
              Beside the parent’s
            </button>
          )}
          <button type="button" class="button small" aria-pressed={isFull} onClick={() => setFull(!isFull)}>
            {isFull ? "Fit" : "100 %"}
          </button>
        </span>
      </div>
      <div class={css.pictures}>
        <Picture {...{ ...shared, url, name }} missing="The picture cannot be shown. Download it instead." onSize={setSize} />
        {isBeside && <Picture {...shared} url={otherUrl} name={`${name} of the parent run`} missing="The parent run has no such picture." />}
      </div>
    </div>
  );
}

interface PictureProps {
  readonly url: string;
  readonly name: string;
  readonly isFull: boolean;
  readonly isTiff: boolean;
  readonly missing: string;
  readonly onSize?: (size: string) => void;
}

function Picture({ url, name, isFull, isTiff, missing, onSize }: PictureProps) {
  const [isBroken, setBroken] = useState(false);
  if (isTiff) return <TiffPicture {...{ url, name, isFull, missing, onSize }} />;
  if (isBroken) return <p role="alert" class={css.error}>{missing}</p>;
  return (
    <div class={css.image} tabIndex={0} role="region" aria-label={`Picture ${name}`}>
      <img
        src={url}
        alt={name}
        data-full={isFull}
        onError={() => setBroken(true)}
        onLoad={({ currentTarget: image }) => onSize?.(`${image.naturalWidth} × ${image.naturalHeight}`)}
      />
    </div>
  );
}

/** Sound or film; the browser reads what it plays. */
export function PlayerPreview({ url, name, kind }: { readonly url: string; readonly name: string; readonly kind: "audio" | "video" }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <p role="alert" class={css.error}>The browser cannot play this file. Download it instead.</p>;
  const props = { controls: true, src: url, "aria-label": name, onError: () => setBroken(true) };
  // oxlint-disable-next-line jsx-a11y/media-has-caption -- a run's artifacts come without captions
  return kind === "audio" ? <audio {...props} /> : <video class={css.video} {...props} />;
}

/** Fetch a whole file of at most 20 MB; null until it is there. */
export function useWhole(url: string, isWanted: boolean): { readonly blob: Blob | null; readonly error: string } {
  const [blob, setBlob] = useState<Blob | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    if (!isWanted) return undefined;
    const controller = new AbortController();
    fetchFile(url, { signal: controller.signal })
      .then(async (response) => {
        if (!response.ok) throw new Error(`The server answered ${response.status}.`);
        setBlob(await response.blob());
      })
      .catch((failure: unknown) => {
        if (!controller.signal.aborted) setError(failure instanceof Error ? failure.message : String(failure));
      });
    return () => controller.abort();
  }, [url, isWanted]);
  return { blob, error };
}

/** A PDF in the browser's own viewer. */
export function PdfPreview({ url, name }: { readonly url: string; readonly name: string }) {
  const { blob, error } = useWhole(url, true);
  const [address, setAddress] = useState("");
  useEffect(() => {
    if (!blob) return undefined;
    const made = URL.createObjectURL(new Blob([blob], { type: "application/pdf" }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  if (error) return <p role="alert" class={css.error}>{error}</p>;
  return address ? <iframe class={css.frame} src={address} title={name} /> : <p class={css.hint}>Reading…</p>;
}

/** An HTML page in a frame that is shut off from this one; its scripts run on demand. */
export function HtmlPreview({ owner, path }: { readonly owner: ArtifactOwner; readonly path: string }) {
  const [hasScripts, setScripts] = useState(false);
  return (
    <div class={css.text}>
      <div class={css.tools}>
        <span>
          {hasScripts
            ? "Its scripts run, and may load parts from other sites. They cannot reach Headwater or your data."
            : "Without its scripts, and what it loads from elsewhere."}
        </span>
        <span class={css.more}>
          <button type="button" class="button small" onClick={() => setScripts(!hasScripts)}>
            {hasScripts ? "Stop the scripts" : "Run scripts"}
          </button>
        </span>
      </div>
      <iframe
        key={String(hasScripts)}
        class={css.frame}
        sandbox={hasScripts ? "allow-scripts allow-downloads" : ""}
        src={pageAddressIn(owner, path, hasScripts)}
        title={path}
      />
    </div>
  );
}

/** A text in Markdown of at most 20 MB. */
export function useWholeText(url: string): { readonly text: string | null; readonly error: string } {
  const { blob, error } = useWhole(url, true);
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    void blob?.text().then(setText);
  }, [blob]);
  return { text, error };
}
