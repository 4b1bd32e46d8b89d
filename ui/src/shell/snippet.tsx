import { useState } from "preact/hooks";
import { copyText } from "./copy";
import { Icon } from "./icons";
import css from "./shell.module.css";

/** Code to copy. */
export function Snippet({ code, label }: { readonly code: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(code);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class={css.snippet}>
      <pre tabIndex={0} aria-label={label}>
        {code}
      </pre>
      <button type="button" class="button small quiet" onClick={() => void copy()} aria-label={`${isCopied ? "Copied" : "Copy"} ${label}`}>
        <Icon name={isCopied ? "check" : "copy"} small />
        {isCopied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}
