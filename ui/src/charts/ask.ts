/** The request behind the charts. */

import type { SeriesQuery } from "./loader";

/** Say why a request failed: the server's message if it sent one. */
async function describeFailure(response: Response): Promise<string> {
  const text = await response.text();
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return message ?? `The server answered ${response.status} ${response.statusText}.`;
}

/** Ask the server for series. */
export async function askSeries(query: SeriesQuery, signal: AbortSignal): Promise<ArrayBuffer> {
  const { runIds, keys, x, start, end, buckets } = query;
  const response = await fetch(new URL("api/headwater/1/series/query", document.baseURI), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ run_ids: runIds, keys, x, start, end, buckets }),
    signal,
  });
  if (!response.ok) throw new Error(await describeFailure(response));
  return response.arrayBuffer();
}
