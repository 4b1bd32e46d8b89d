/** The requests of the artifact browser and the previews. */

import { fetchFile, fetchOurs } from "../api/client";
import { isFields, readText } from "../lib/read";
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

/** Whose files they are: of a run, or of a logged model. */
export interface ArtifactOwner {
  readonly kind: "run" | "model";
  readonly id: string;
}

export const ofRun = (id: string): ArtifactOwner => ({ kind: "run", id });
export const ofModel = (id: string): ArtifactOwner => ({ kind: "model", id });

const modelUrl = (id: string, place: string): URL =>
  new URL(`ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(id)}/artifacts/${place}`, document.baseURI);

/** List one folder of somebody's artifacts, folders first; the empty path is the root. */
export async function listOwned({ kind, id }: ArtifactOwner, path: string, signal?: AbortSignal): Promise<Entry[]> {
  const url = kind === "run" ? new URL("ajax-api/2.0/mlflow/artifacts/list", document.baseURI) : modelUrl(id, "directories");
  if (kind === "run") url.searchParams.set("run_id", id);
  if (path) url.searchParams.set(kind === "run" ? "path" : "artifact_directory_path", path);
  const response = await fetchOurs(url.href, signal ? { signal } : {});
  if (!response.ok) throw await failureOf(response);
  const body: unknown = await response.json();
  const files = isFields(body) ? body["files"] : [];
  return sortEntries(Array.isArray(files) ? files.flatMap(readEntry) : []);
}

export const listFolder = (runId: string, path: string, signal?: AbortSignal): Promise<Entry[]> => listOwned(ofRun(runId), path, signal);

/** Return where the bytes of an artifact are. */
export function addressIn({ kind, id }: ArtifactOwner, path: string): string {
  const url = kind === "run" ? new URL("get-artifact", document.baseURI) : modelUrl(id, "files");
  if (kind === "run") url.searchParams.set("run_id", id);
  url.searchParams.set(kind === "run" ? "path" : "artifact_file_path", path);
  return url.href;
}

/** Return where a frame shows an HTML file that cannot reach this page: as it is, or with its scripts. */
export function pageAddressIn(owner: ArtifactOwner, path: string, hasScripts: boolean): string {
  const url = new URL(addressIn(owner, path));
  url.searchParams.set("show", hasScripts ? "scripts" : "page");
  return url.href;
}

export const addressOf = (runId: string, path: string): string => addressIn(ofRun(runId), path);

/** Return where a folder can be had as a ZIP; the empty path stands for everything. */
export function archiveOf({ kind, id }: ArtifactOwner, path: string): string {
  const url = new URL("api/headwater/1/artifacts/archive", document.baseURI);
  url.searchParams.set(kind === "run" ? "run_id" : "model_id", id);
  if (path) url.searchParams.set("path", path);
  return url.href;
}

/** Read a text of at most 20 MB. */
export async function readTextFile(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetchFile(url, { signal });
  if (!response.ok) throw await failureOf(response);
  return response.text();
}

export interface Piece {
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly total: number;
}

/** Read `length` bytes of a file from `start` on; fewer at its end. */
export async function readBytes(url: string, start: number, length: number, signal: AbortSignal): Promise<Piece> {
  const response = await fetchFile(url, { headers: { Range: `bytes=${start}-${start + length - 1}` }, signal });
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
  /** Of the columns, where the format knows them. */
  readonly types: readonly string[];
  /** Rows in all, null where that is not known. */
  readonly total: number | null;
  readonly about: string;
  /** Columns in all that could be asked for; null if all of them are here. */
  readonly columnTotal: number | null;
}

const readTexts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

export interface TableQuestion {
  readonly path: string;
  readonly offset: number;
  readonly limit: number;
  readonly contains: string;
  /** The column to order by; empty for the order of the file. */
  readonly sort: string;
  readonly descending: boolean;
  readonly columnOffset: number;
  readonly columnLimit: number;
  /** Only columns with this in their names. */
  readonly columnsContaining: string;
  /** The array of an archive of several; empty for its first, and for other files. */
  readonly member: string;
}

/** Read rows of a CSV, TSV, JSON-lines, Parquet or NumPy file of a run. */
export async function readTable(runId: string, question: TableQuestion, signal: AbortSignal): Promise<TablePage> {
  const url = new URL("api/headwater/1/artifacts/preview-table", document.baseURI);
  const { columnOffset, columnLimit, columnsContaining, ...rest } = question;
  const columns = { column_offset: columnOffset, column_limit: columnLimit, columns_containing: columnsContaining };
  for (const [name, value] of Object.entries({ run_id: runId, ...rest, ...columns })) url.searchParams.set(name, String(value));
  const response = await fetchOurs(url.href, { signal });
  if (!response.ok) throw await failureOf(response);
  const body: unknown = await response.json();
  if (!isFields(body)) throw new Error("The server sent no table.");
  const { rows, total, column_total: columnTotal } = body;
  return {
    columns: readTexts(body["columns"]),
    rows: Array.isArray(rows) ? rows.map(readTexts) : [],
    more: body["more"] === true,
    types: readTexts(body["types"]),
    total: typeof total === "number" ? total : null,
    about: readText(body["about"]),
    columnTotal: typeof columnTotal === "number" ? columnTotal : null,
  };
}
