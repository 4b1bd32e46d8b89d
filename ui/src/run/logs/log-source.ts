/** The lines of one log, read in chunks when they come into view, and followed while it is written. */

import { signal } from "@preact/signals";
import { readNative } from "../../api/client";
import { isStreaming } from "../../lib/live";
import type { IndexLogResponse, LogLine, ReadLogResponse } from "../../api/schema";
import { chunkAt, chunkOfLine, chunkOfPosition, extendIndex, lastMark, NO_INDEX, type Chunk, type LogIndex } from "./log-index";

const KEPT_CHUNKS = 48;
const PAGE_BYTES = 1_048_576;
/** Between questions while the server cannot tell by itself that a log grew. */
const QUICK_MS = 1_000;
const SLOW_MS = 4_000;

/** A log of a run, the first one if it has no name; or, by its path, any text among the run's artifacts. */
export interface LogPlace {
  readonly runId: string;
  readonly name: string;
  readonly path: string;
}

export interface LogState {
  /** The log's name; empty while it is not known, or if there is none. */
  readonly name: string;
  readonly names: readonly string[];
  readonly index: LogIndex;
  readonly size: number;
  readonly isLive: boolean;
  readonly isKnown: boolean;
  readonly error: string;
}

const UNKNOWN: LogState = { name: "", names: [], index: NO_INDEX, size: 0, isLive: false, isKnown: false, error: "" };

/** Follows a log: `state` says how long it is, `lines` grows a number whenever lines were read. */
export class LogSource {
  readonly state = signal(UNKNOWN);
  readonly lines = signal(0);
  readonly #place: LogPlace;
  readonly #chunks = new Map<number, readonly LogLine[]>();
  readonly #asked = new Set<number>();
  readonly #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  #isNewsWaiting = false;
  #pause = QUICK_MS;

  constructor(place: LogPlace) {
    this.#place = place;
    this.state.value = { ...UNKNOWN, name: place.name };
    void this.look();
  }

  /** Give up what is under way. */
  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  /** Ask whether there is more by now. */
  async look(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#isNewsWaiting = this.#isAsking;
    if (this.#isAsking) return;
    this.#isAsking = true;
    clearTimeout(this.#timer);
    try {
      let hasMore = true;
      while (hasMore) hasMore = await this.#extend();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.state.value = { ...this.state.value, isKnown: true, error: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#isAsking = false;
    }
    const { isLive, error } = this.state.value;
    if (this.#isNewsWaiting) void this.look();
    else if ((isLive && !isStreaming()) || error) this.#timer = setTimeout(() => void this.look(), document.hidden ? 10 * SLOW_MS : this.#pause);
  }

  async #extend(): Promise<boolean> {
    const before = this.state.value;
    const question = { ...this.#where(), ...lastMark(before.index) };
    const answer = await readNative<IndexLogResponse>("logs/index", question, this.#stop.signal);
    if ((answer.size ?? 0) < before.size) {
      // A long log is kept without its middle when it is finished: its lines are where they were no more.
      this.#chunks.clear();
      this.#asked.clear();
      this.state.value = { ...before, index: NO_INDEX, size: answer.size ?? 0 };
      return true;
    }
    const last = before.index.positions.length - 1;
    const hasGrown = answer.end !== before.index.end;
    if (hasGrown) {
      this.#chunks.delete(last);
      this.#asked.delete(last);
    }
    this.#pause = hasGrown ? QUICK_MS : Math.min(SLOW_MS, this.#pause * 1.5);
    this.state.value = {
      name: answer.name ?? "",
      names: answer.names ?? [],
      index: answer.name ? extendIndex(before.index, answer) : NO_INDEX,
      size: answer.size ?? 0,
      isLive: answer.is_live ?? false,
      // The lines of a long log are shown when all of them are counted, or a link would lead to the wrong one.
      isKnown: before.isKnown || answer.more !== true,
      error: "",
    };
    return answer.more === true && hasGrown;
  }

  #where() {
    const { runId, path } = this.#place;
    return { run_id: runId, name: path ? "" : this.state.value.name, path };
  }

  /** Return a line if it has been read. */
  line(number: number): LogLine | undefined {
    const chunk = chunkOfLine(this.state.value.index, number);
    return this.#chunks.get(chunk.number)?.[number - chunk.line];
  }

  /** Read the chunks that hold these lines. */
  want(from: number, to: number): void {
    const { index } = this.state.value;
    if (index.count === 0) return;
    const first = chunkOfLine(index, from).number;
    const last = chunkOfLine(index, Math.min(to, index.count) - 1).number;
    for (let number = first; number <= last; number++) void this.#read(chunkAt(index, number)).catch(() => undefined);
  }

  /** Return the number of the line that begins at a byte. */
  async numberOf(position: number): Promise<number> {
    const chunk = chunkOfPosition(this.state.value.index, position);
    const lines = this.#chunks.get(chunk.number) ?? (await this.#fetch(chunk));
    return chunk.line + Math.max(0, lines.findIndex((line) => line.position === position));
  }

  async #read(chunk: Chunk): Promise<void> {
    if (this.#asked.has(chunk.number)) return;
    this.#asked.add(chunk.number);
    try {
      this.#keep(chunk.number, await this.#fetch(chunk));
    } catch (error) {
      this.#asked.delete(chunk.number);
      throw error;
    }
  }

  #keep(number: number, lines: readonly LogLine[]): void {
    this.#chunks.set(number, lines);
    for (const old of this.#chunks.keys()) {
      if (this.#chunks.size <= KEPT_CHUNKS) break;
      this.#chunks.delete(old);
      this.#asked.delete(old);
    }
    this.lines.value++;
  }

  async #fetch({ position, end }: Chunk): Promise<readonly LogLine[]> {
    const found: LogLine[] = [];
    let from = position;
    while (from < end) {
      const { lines, next_position: next } = await this.#page(from, Math.min(end - from, PAGE_BYTES));
      found.push(...lines.filter((line) => line.position < end));
      if (next <= from) break;
      from = next;
    }
    return found;
  }

  async #page(position: number, bytes: number): Promise<{ readonly lines: readonly LogLine[]; readonly next_position: number }> {
    const question = { ...this.#where(), position, limit_bytes: bytes };
    const { lines = [], next_position = position } = await readNative<ReadLogResponse>("logs/read", question, this.#stop.signal);
    return { lines, next_position };
  }

  /** Yield the whole log as text, a mebibyte at a time. */
  async *texts(): AsyncGenerator<string> {
    const { end } = this.state.value.index;
    let position = 0;
    while (position < end) {
      const { lines, next_position: next } = await this.#page(position, PAGE_BYTES);
      yield lines.map(({ time, stream, text }) => `${[time, stream, text].filter(Boolean).join(" ")}\n`).join("");
      if (next <= position) return;
      position = next;
    }
  }
}
