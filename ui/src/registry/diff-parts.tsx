import type { MetricDifference, SignatureDiff, Verdict } from "../api/schema";
import { formatCount, plural } from "../lib/format";
import panels from "../panels/panels.module.css";
import { isChanged, writeChange, writeMetric, writeValue, type DiffPart } from "./diff";
import css from "./diff.module.css";

export const VERDICTS: Readonly<Record<Verdict, { readonly tone: string; readonly word: string; readonly text: string }>> = {
  identical: { tone: "ok", word: "Identical", text: "callers see no difference." },
  compatible: { tone: "ok", word: "Compatible", text: "callers of the old version can call the new one." },
  breaking: { tone: "bad", word: "Breaking", text: "some callers of the old version will fail with the new one." },
  unknown: { tone: "warn", word: "Unknown", text: "one of the two has no signature that can be read." },
};

/** Whether the new version can take the old one's place, and what changed for its callers. */
export function SignatureDiffPanel({ signature: { verdict, changes = [] } }: { readonly signature: SignatureDiff }) {
  const { tone, word, text } = VERDICTS[verdict];
  return (
    <section class={panels.panel} aria-labelledby="diff-signature">
      <header>
        <h2 id="diff-signature">Signature</h2>
        <span class={panels.count}>{changes.length > 0 && plural(changes.length, "change")}</span>
      </header>
      <p class={css.verdict}>
        <span class="dot" data-tone={tone} /> <strong>{word}</strong>: {text}
      </p>
      {changes.length > 0 && (
        <div class={css.scroll} tabIndex={0} role="region" aria-label="Table of signature changes">
          <table class={`${css.table} ${css.meanings}`}>
            <thead>
              <tr>
                <th scope="col">part</th>
                <th scope="col">name</th>
                <th scope="col">old</th>
                <th scope="col">new</th>
                <th scope="col">what it means</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ part, name, old, new: value, text: meaning, breaking }) => (
                <tr key={`${part} ${name} ${meaning}`}>
                  <td>{part}</td>
                  <th scope="row">{name || "all"}</th>
                  <td class={css.mono}>{old || "–"}</td>
                  <td class={css.mono}>{value || "–"}</td>
                  <td>
                    <span class="dot" data-tone={breaking ? "bad" : "ok"} /> {breaking && <strong>breaking: </strong>}
                    {meaning}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** The metrics of both, with the change; equal ones are left out unless everything is asked for. */
export function MetricsDiff({ metrics, isAll }: { readonly metrics: readonly MetricDifference[]; readonly isAll: boolean }) {
  const changed = metrics.filter(({ change }) => change !== 0);
  const equal = metrics.filter(({ change }) => change === 0);
  if (metrics.length === 0) return null;
  const rows = isAll ? [...changed, ...equal] : changed;
  return (
    <section class={panels.panel} aria-labelledby="diff-metrics">
      <PartHeader id="diff-metrics" title="Metrics" changed={changed.length} equal={equal.length} />
      {rows.length > 0 && (
        <div class={css.scroll} tabIndex={0} role="region" aria-label="Table of metrics">
          <table class={css.table}>
            <thead>
              <tr>
                <th scope="col">metric</th>
                <th scope="col">old</th>
                <th scope="col">new</th>
                <th scope="col">change</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, old, new: value, change }) => (
                <tr key={key} data-same={change === 0 || undefined}>
                  <th scope="row">{key}</th>
                  <td class={css.number} title={String(old ?? "")}>
                    {writeMetric(old)}
                  </td>
                  <td class={css.number} title={String(value ?? "")}>
                    {writeMetric(value)}
                  </td>
                  <td class={css.number} title={String(change ?? "")}>
                    {writeChange(old, change) || (value === null || value === undefined ? "gone" : "new")}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** One kind of facts, such as params, as a table of old and new. */
export function PartDiff({ part: { kind, title, rows, changed, equal }, isAll }: { readonly part: DiffPart; readonly isAll: boolean }) {
  const shown = isAll ? rows : rows.filter(isChanged);
  return (
    <section class={panels.panel} aria-labelledby={`diff-${kind}`}>
      <PartHeader id={`diff-${kind}`} title={title} changed={changed} equal={equal} />
      {shown.length > 0 && (
        <div class={css.scroll} tabIndex={0} role="region" aria-label={`Table of ${title.toLowerCase()}`}>
          <table class={css.table}>
            <thead>
              <tr>
                <th scope="col">{kind === "files" ? "path" : "name"}</th>
                <th scope="col">old</th>
                <th scope="col">new</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={row.key} data-same={!isChanged(row) || undefined}>
                  <th scope="row">{row.key || "(one file)"}</th>
                  <Value text={writeValue(kind, row.old)} whole={row.old} state={isChanged(row) ? "old" : ""} />
                  <Value text={writeValue(kind, row.new)} whole={row.new} state={isChanged(row) ? "new" : ""} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface ValueProps {
  readonly text: string;
  readonly whole: string | null | undefined;
  readonly state: string;
}

function Value({ text, whole, state }: ValueProps) {
  const isAbsent = whole === null || whole === undefined;
  return (
    <td class={css.mono} title={whole ?? "absent"}>
      {isAbsent ? <span aria-label="absent">–</span> : <span data-state={state || undefined}>{text}</span>}
    </td>
  );
}

interface PartHeaderProps {
  readonly id: string;
  readonly title: string;
  readonly changed: number;
  readonly equal: number;
}

function PartHeader({ id, title, changed, equal }: PartHeaderProps) {
  const same = equal > 0 ? `${formatCount(equal)} the same` : "";
  return (
    <header>
      <h2 id={id}>{title}</h2>
      <span class={panels.count}>{[changed > 0 ? plural(changed, "difference") : "no difference", same].filter(Boolean).join(" · ")}</span>
    </header>
  );
}
