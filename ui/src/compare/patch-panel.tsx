import { useState } from "preact/hooks";
import type { ChartRun } from "../charts/lines";
import { plural } from "../lib/format";
import { Snippet } from "../shell/snippet";
import css from "./compare.module.css";
import type { Patch } from "./rows";
import { diffLines } from "./word-diff";

interface PatchPanelProps {
  readonly patches: readonly Patch[];
  readonly runs: readonly ChartRun[];
}

/** The uncommitted changes that the runs ran with, each once; a second one also as its difference to the first. */
export function PatchPanel({ patches, runs }: PatchPanelProps) {
  const names = new Map(runs.map(({ runId, name }) => [runId, name]));
  const [first] = patches;
  const title = patches.length === 1 ? "Uncommitted changes, the same in all runs that have some" : `Uncommitted changes: ${plural(patches.length, "version")}`;
  return (
    <section class={css.patches} aria-label="Uncommitted changes">
      <h2>{title}</h2>
      {patches.map((patch, index) => (
        <details key={patch.digest} open={patches.length <= 4}>
          <summary>
            {patch.runIds.slice(0, 5).map((id) => names.get(id) ?? id.slice(0, 8)).join(", ")}
            {patch.runIds.length > 5 && ` and ${patch.runIds.length - 5} more`}
          </summary>
          <PatchText patch={patch} base={index > 0 ? first : undefined} />
        </details>
      ))}
    </section>
  );
}

function PatchText({ patch, base }: { readonly patch: Patch; readonly base: Patch | undefined }) {
  const [isWhole, setWhole] = useState(true);
  if (patch.text === null) return <p class="muted">It is too long to compare here. The run’s artifacts have it as code/diff.patch.</p>;
  return (
    <>
      {base?.text && (
        <div class="segments" role="group" aria-label="How to show the change">
          <button type="button" aria-pressed={isWhole} onClick={() => setWhole(true)}>
            As it is
          </button>
          <button type="button" aria-pressed={!isWhole} onClick={() => setWhole(false)}>
            Against the first
          </button>
        </div>
      )}
      {base?.text && !isWhole ? <LineDiff before={base.text} after={patch.text} /> : <Snippet code={patch.text} label="change" />}
    </>
  );
}

/** Two texts as their differences by lines. */
export function LineDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const pieces = diffLines(before, after);
  if (pieces.every(({ kind }) => kind === "same")) return <p class="muted">They are the same.</p>;
  return (
    <pre class={css.lines} tabIndex={0} aria-label="Differences by lines">
      {pieces.map(({ kind, text }, index) => {
        if (kind === "same") return <span key={index}>{text}</span>;
        return kind === "added" ? <ins key={index}>{text}</ins> : <del key={index}>{text}</del>;
      })}
    </pre>
  );
}
