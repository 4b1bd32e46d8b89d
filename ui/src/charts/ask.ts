/** The request behind the charts. */

import { reach } from "../api/client";
import type { SeriesQuery } from "./loader";

/** Ask the server for series. */
export async function askSeries(query: SeriesQuery, signal: AbortSignal): Promise<ArrayBuffer> {
  const { runIds, keys, x, xKey, start, end, buckets } = query;
  const body = JSON.stringify({ run_ids: runIds, keys, x, x_key: xKey, start, end, buckets });
  const response = await reach("api/headwater/1/series/query", { method: "POST", body, signal });
  return response.arrayBuffer();
}
