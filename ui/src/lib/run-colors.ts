/** The same colour for the same run on every page: eight hues, then the same with dashes. */

const HUES = 8;
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3]];

export interface RunStyle {
  readonly color: string;
  readonly dash: readonly number[];
}

/** The tag with the colour that somebody gave to a run, for everybody; MLflow's pages read and write it, too. */
export const COLOR_TAG = "mlflow.runColor";
/** The hues, as tags name them: by their colours on light ground. On dark ground the same hue has another colour. */
export const HUE_CODES = ["#5264a5", "#c8862f", "#b12665", "#389c87", "#5b2a90", "#a0661a", "#074717", "#a771e0"] as const;

/** Return the colour that the tag of a run asks for; null if it asks for none. */
export function colorOfTag(text: string | null | undefined): string | null {
  const code = text?.trim().toLowerCase() ?? "";
  const hue = HUE_CODES.findIndex((known) => known === code);
  if (hue >= 0) return `var(--c${hue + 1})`;
  return /^#[0-9a-f]{6}$/.test(code) ? code : null;
}

/** Return the style of the run with the number `k` in order of selection. */
export function styleOf(k: number): RunStyle {
  return { color: `var(--c${(k % HUES) + 1})`, dash: DASHES[Math.floor(k / HUES) % DASHES.length] ?? [] };
}

/** Keeps numbers of runs: who leaves frees its number for the next, the others keep theirs. */
export class RunNumbers {
  readonly #numbers = new Map<string, number>();

  /** Give every run in `runIds` a number, the smallest free one to each newcomer. */
  assign(runIds: readonly string[]): ReadonlyMap<string, number> {
    const wanted = new Set(runIds);
    for (const known of this.#numbers.keys()) if (!wanted.has(known)) this.#numbers.delete(known);
    const taken = new Set(this.#numbers.values());
    let next = 0;
    for (const runId of runIds) {
      if (this.#numbers.has(runId)) continue;
      while (taken.has(next)) next++;
      taken.add(next);
      this.#numbers.set(runId, next);
    }
    return new Map(this.#numbers);
  }
}
