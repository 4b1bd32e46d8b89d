/** Sample data that the server makes by itself. */

import { useRef } from "preact/hooks";
import { callNative, readNative } from "../api/client";
import { refresh, useQuery } from "../api/use-query";
import { readFields, readText } from "../lib/read";

const EVERY_MS = 400;
const SAMPLES = "samples";

export interface SampleState {
  /** `none`, `loading`, `loaded`, `removing` or `failed`. */
  readonly state: string;
  /** How many runs are made, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Why it failed. */
  readonly message: string;
}

function readState(value: unknown): SampleState {
  const { state, done, total, message } = readFields(value);
  return { state: readText(state), done: Number(done ?? 0), total: Number(total ?? 0), message: readText(message) };
}

/** Follow the sample data: often while the server works on them. */
export function useSamples() {
  const wasBusy = useRef(false);
  const samples = useQuery<SampleState>({
    key: [SAMPLES],
    ask: async (signal) => {
      const state = readState(await readNative<unknown>(SAMPLES, {}, signal));
      const isBusy = state.state === "loading" || state.state === "removing";
      if (isBusy) setTimeout(() => refresh(SAMPLES), EVERY_MS);
      else if (wasBusy.current) refresh("home");
      wasBusy.current = isBusy;
      return state;
    },
  });
  return { samples: samples.data, error: samples.error };
}

/** Let the server make sample data in the background. */
export async function loadSamples(): Promise<void> {
  await callNative("samples/load", {});
  refresh(SAMPLES);
}

/** Let the server delete the sample data for good. */
export async function removeSamples(): Promise<void> {
  await callNative("samples/remove", {});
  refresh(SAMPLES);
}
