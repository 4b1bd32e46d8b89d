import { useEffect, useState } from "preact/hooks";
import { copyText } from "../shell/copy";
import css from "./panels.module.css";

/** A button that puts `text` on the clipboard and says so. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => setSaid(""), 2000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await copyText(text);
      setSaid("Copied");
    } catch (error) {
      setSaid(error instanceof Error ? "Not allowed by the browser" : "Failed");
    }
  };
  return (
    <button type="button" class={css.copy} title={`Copy ${label}`} aria-label={`Copy ${label}`} onClick={() => void copy()}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d="M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z" />
      </svg>
      <span role="status">{said}</span>
    </button>
  );
}
