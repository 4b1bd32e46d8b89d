import { useEffect, useState } from "preact/hooks";
import { readBytes } from "../artifacts/artifacts-api";
import { isText, toHex } from "./bytes";
import css from "./preview.module.css";

const HEAD_BYTES = 512;

interface HexPreviewProps {
  readonly url: string;
  /** Told if the bytes are text after all. */
  readonly onText?: () => void;
}

/** The first bytes of a file that cannot be shown otherwise. */
export function HexPreview({ url, onText }: HexPreviewProps) {
  const [text, setText] = useState("");
  const [error, setError] = useState("");
  useEffect(() => {
    const controller = new AbortController();
    readBytes(url, 0, HEAD_BYTES, controller.signal).then(
      ({ bytes }) => {
        if (onText && isText(bytes)) onText();
        else setText(toHex(bytes));
      },
      (failure: unknown) => {
        if (!controller.signal.aborted) setError(failure instanceof Error ? failure.message : String(failure));
      },
    );
    return () => controller.abort();
  }, [url]);
  if (error) return <p role="alert" class={css.error}>{error}</p>;
  return (
    <div>
      <p class={css.hint}>There is no preview of this kind of file. Its first bytes:</p>
      <pre class={css.hex} tabIndex={0} role="region" aria-label="First bytes">
        {text}
      </pre>
    </div>
  );
}
