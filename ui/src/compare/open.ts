/** The way to the page of comparison. */

import { callNative } from "../api/client";
import type { ViewResponse } from "../api/schema";
import { encodeList } from "../lib/codec";
import { navigate, writeQuery } from "../lib/location";
import { say } from "../shell/toasts";

/** More runs than this are kept by the server under a name, so that the address stays short. */
export const MAX_IN_ADDRESS = 40;

/** The page that compares runs, by their ids in the address. */
export function comparePage(runIds: readonly string[], tab = ""): string {
  return `/compare${writeQuery(new URLSearchParams({ runs: encodeList(runIds), ...(tab ? { tab } : {}) }))}`;
}

/** Let the server keep a set of runs; the answer is its id. */
export async function keepSet(runIds: readonly string[]): Promise<string> {
  const request = { name: `Comparison of ${runIds.length} runs`, state: { kind: "comparison", runs: runIds } };
  const { view } = await callNative<ViewResponse>("views/create", request);
  return view.view_id;
}

/** Go to the comparison of runs. */
export async function openComparison(runIds: readonly string[]): Promise<void> {
  if (runIds.length <= MAX_IN_ADDRESS) {
    navigate(comparePage(runIds));
    return;
  }
  try {
    navigate(`/compare?set=${await keepSet(runIds)}`);
  } catch (failure) {
    // Who may only read cannot keep anything: a long address does it, too.
    say(`The runs stand in the address, which is long: ${failure instanceof Error ? failure.message : String(failure)}`);
    navigate(comparePage(runIds));
  }
}
