import { formatCount } from "../lib/format";
import { CopyButton } from "../panels/copy-button";
import panels from "../panels/panels.module.css";
import css from "./registry.module.css";

/** The packages that the version needs, as its requirements.txt says. */
export function RequirementsPanel({ text }: { readonly text: string }) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (
    <section class={panels.panel} aria-labelledby="requirements-heading">
      <header>
        <h2 id="requirements-heading">Requirements</h2>
        <span class={panels.count}>{formatCount(lines.length)}</span>
        <CopyButton text={text} label="requirements" />
      </header>
      <pre class={css.requirements} tabIndex={0} aria-label="requirements.txt">
        {lines.join("\n")}
      </pre>
    </section>
  );
}
