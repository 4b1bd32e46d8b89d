/** The way to the page of comparison. */

import { callNative } from "../api/client";
import type { ViewResponse } from "../api/schema";
import { encodeList } from "../lib/codec";
import { writeQuery } from "../lib/location";

/** More runs than this are kept by the server under a name, so that the address stays short. */
export const MAX_IN_ADDRESS = 40;

/** The page that compares runs, by their ids in the address; the page puts many of them into a set. */
export function comparePage(runIds: readonly string[], tab = ""): string {
  return `/compare${writeQuery(new URLSearchParams({ runs: encodeList(runIds), ...(tab ? { tab } : {}) }))}`;
}

/** Let the server keep a set of runs; the answer is its id. */
export async function keepSet(runIds: readonly string[]): Promise<string> {
  const request = { name: `Comparison of ${runIds.length} runs`, state: { kind: "comparison", runs: runIds } };
  const { view } = await callNative<ViewResponse>("views/create", request);
  return view.view_id;
}
