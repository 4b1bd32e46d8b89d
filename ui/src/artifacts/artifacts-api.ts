/** The requests of the artifact browser and the previews. */

import { isFields } from "../lib/read";
import { totalOf } from "../preview/bytes";
import { sortEntries, type Entry } from "./tree";

async function failureOf(response: Response): Promise<Error> {
  const body: unknown = await response.json().catch(() => null);
  const message = isFields(body) && typeof body["message"] === "string" ? body["message"] : "";
  return new Error(message || `The server answered ${response.status} ${response.statusText}.`);
}

function readEntry(value: unknown): Entry[] {
  if (!isFields(value) || typeof value["path"] !== "string") return [];
  const size = value["file_size"];
  return [{ path: value["path"], isFolder: value["is_dir"] === true, size: typeof size === "number" ? size : 0 }];
}

/** List one folder of a run's artifacts, folders first; the empty path is the root. */
export async function listFolder(runId: string, path: string, signal?: AbortSignal): Promise<Entry[]> {
  const url = new URL("ajax-api/2.0/mlflow/artifacts/list", document.baseURI);
  url.searchParams.set("run_id", runId);
  if (path) url.searchParams.set("path", path);
  const response = await fetch(url, signal ? { signal } : {});
  if (!response.ok) throw await failureOf(response);
  const body: unknown = await response.json();
  const files = isFields(body) ? body["files"] : [];
  return sortEntries(Array.isArray(files) ? files.flatMap(readEntry) : []);
}

/** Return where the bytes of an artifact are. */
export function addressOf(runId: string, path: string): string {
  const url = new URL("get-artifact", document.baseURI);
  url.searchParams.set("run_id", runId);
  url.searchParams.set("path", path);
  return url.href;
}

export interface Piece {
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly total: number;
}

/** Read `length` bytes of a file from `start` on; fewer at its end. */
export async function readBytes(url: string, start: number, length: number, signal: AbortSignal): Promise<Piece> {
  const response = await fetch(url, { headers: { Range: `bytes=${start}-${start + length - 1}` }, signal });
  if (response.status === 416) return { bytes: new Uint8Array(0), total: start };
  if (!response.ok) throw await failureOf(response);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 206) return { bytes: bytes.subarray(start), total: bytes.length };
  return { bytes, total: totalOf(response.headers.get("Content-Range")) ?? start + bytes.length };
}

export interface TablePage {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly more: boolean;
}

const readTexts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Read rows of a CSV, TSV or JSON-lines file. */
export async function readTable(runId: string, path: string, offset: number, limit: number, signal: AbortSignal): Promise<TablePage> {
  const url = new URL("api/headwater/1/artifacts/preview-table", document.baseURI);
  for (const [name, value] of Object.entries({ run_id: runId, path, offset, limit })) url.searchParams.set(name, String(value));
  const response = await fetch(url, { signal });
  if (!response.ok) throw await failureOf(response);
  const body: unknown = await response.json();
  if (!isFields(body)) throw new Error("The server sent no table.");
  const rows = body["rows"];
  return {
    columns: readTexts(body["columns"]),
    rows: Array.isArray(rows) ? rows.map(readTexts) : [],
    more: body["more"] === true,
  };
}
