/** Load the series of the cards in view: one request for all of them, old data kept until new ones are there. */

import { signal, type Signal } from "@preact/signals";
import { decodeSeries, type Series } from "./series";

export interface SeriesRequest {
  readonly runIds: readonly string[];
  readonly x: "step" | "time";
  /** The metric to read against instead, or empty. */
  readonly xKey?: string;
  readonly start: number | null;
  readonly end: number | null;
  readonly buckets: number;
}

export interface SeriesQuery extends SeriesRequest {
  readonly keys: readonly string[];
}

/** What is known of one key: its series by run id (null before the first answer) and the last failure. */
export interface Cell {
  readonly series: ReadonlyMap<string, Series> | null;
  readonly error: string;
}

export type AskSeries = (query: SeriesQuery, signal: AbortSignal) => Promise<ArrayBuffer>;

const EMPTY: Cell = { series: null, error: "" };
const MAX_KEYS = 200;
/** More lines than this are not drawn at once: between them the page answers its reader. */
const LINES_AT_ONCE = 200;

/** Wait until what changed is drawn, or a little while where nothing is. */
const drawn = (): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(done, 50);
    requestAnimationFrame(() => setTimeout(() => [clearTimeout(timer), done()]));
  });

/** Holds the cells of one grid; `ask` sends the request. */
export class SeriesLoader {
  readonly #ask: AskSeries;
  readonly #cells = new Map<string, Signal<Cell>>();
  readonly #stamps = new Map<string, number>();
  readonly #wanted = new Set<string>();
  #request: SeriesRequest | null = null;
  #identity = "";
  #stamp = 0;
  #running: AbortController | null = null;
  #scheduled = false;

  constructor(ask: AskSeries) {
    this.#ask = ask;
  }

  /** Return the cell of `key`, which changes as answers come. */
  cell(key: string): Signal<Cell> {
    const known = this.#cells.get(key);
    if (known) return known;
    const cell = signal(EMPTY);
    this.#cells.set(key, cell);
    return cell;
  }

  /** Say whether the card of `key` is in view; only those are read. */
  want(key: string, wanted: boolean): void {
    if (wanted) this.#wanted.add(key);
    else this.#wanted.delete(key);
    if (wanted) this.#schedule();
  }

  /** Say what to read; everything in view is read anew if that or `revision` differs from the last time. */
  aim(request: SeriesRequest, revision: number): void {
    const what = JSON.stringify(request);
    const identity = `${revision}|${what}`;
    if (identity === this.#identity) return;
    const moved = !this.#identity.endsWith(`|${what}`);
    this.#identity = identity;
    this.#request = request;
    this.#stamp++;
    if (moved) this.#running?.abort();
    if (moved) this.#running = null;
    this.#schedule();
  }

  /** Read again what failed. */
  retry(): void {
    for (const [key, cell] of this.#cells) if (cell.value.error) this.#stamps.delete(key);
    this.#schedule();
  }

  /** Give up what is under way. */
  stop(): void {
    this.#wanted.clear();
    this.#running?.abort();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#running || !this.#request || this.#request.runIds.length === 0) return;
    const keys = [...this.#wanted].filter((key) => this.#stamps.get(key) !== this.#stamp).slice(0, MAX_KEYS);
    if (keys.length === 0) return;
    const controller = new AbortController();
    this.#running = controller;
    const stamp = this.#stamp;
    for (const key of keys) this.#stamps.set(key, stamp);
    try {
      await this.#fill(keys, decodeSeries(await this.#ask({ ...this.#request, keys }, controller.signal)), controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#fail(keys, error instanceof Error ? error.message : String(error));
    } finally {
      if (this.#running === controller) this.#running = null;
      this.#schedule();
    }
  }

  async #fill(keys: readonly string[], series: readonly Series[], signal: AbortSignal): Promise<void> {
    const found = new Map<string, Map<string, Series>>(keys.map((key) => [key, new Map()]));
    for (const one of series) found.get(one.key)?.set(one.runId, one);
    let lines = 0;
    for (const [key, byRun] of found) {
      if (lines >= LINES_AT_ONCE) {
        await drawn();
        if (signal.aborted) return;
        lines = 0;
      }
      lines += byRun.size;
      this.cell(key).value = { series: byRun, error: "" };
    }
  }

  #fail(keys: readonly string[], message: string): void {
    for (const key of keys) {
      const cell = this.cell(key);
      cell.value = { series: cell.value.series, error: message };
    }
  }
}
