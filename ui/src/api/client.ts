/** Requests to the server, and what its failures say. */

import { signal } from "@preact/signals";
import { noteReach } from "./reach";
import type { ErrorBody } from "./schema";

/** A request that the server refused or could not answer; `status` is 0 when it was not reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** How long the server asks to wait before the next try; 0 if it does not. */
  readonly retryAfterS: number;

  constructor(status: number, code: string, message: string, retryAfterS = 0) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

/** The last answer that said: sign in, or: you may not. Who is signed in may have changed. */
export const lastRefusal = signal<Response | null>(null);

const NATIVE = "api/headwater/1/";
const SESSION = `${NATIVE}session/`;
const MLFLOW = "ajax-api/2.0/mlflow/";

/** Call an endpoint of our own, such as `runs/query`. */
export function callNative<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  return send<T>(NATIVE + path, { method: "POST", body: JSON.stringify(body), signal });
}

/** Call a writing endpoint of MLflow's protocol, such as `runs/delete`. */
export function callMlflow<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  return send<T>(MLFLOW + path, { method: "POST", body: JSON.stringify(body), signal });
}

/** Change something by another method than POST, such as `registered-models/alias` by DELETE. */
export function changeMlflow<T>(method: "PATCH" | "DELETE", path: string, body: object): Promise<T> {
  return send<T>(MLFLOW + path, { method, body: JSON.stringify(body) });
}

/** Change something at an endpoint of our own by another method than POST. */
export function changeNative<T>(method: "PATCH" | "DELETE", path: string, body: object): Promise<T> {
  return send<T>(NATIVE + path, { method, body: JSON.stringify(body) });
}

/** What is asked for in an address; a list is repeated, an empty text is left out. */
export type Question = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Read from MLflow's protocol, such as `experiments/get`. */
export function readMlflow<T>(path: string, query: Question, signal?: AbortSignal): Promise<T> {
  return send<T>(`${MLFLOW}${path}?${writeQuestion(query)}`, { signal });
}

/** Read from an endpoint of our own, such as `registry/lineage`. */
export function readNative<T>(path: string, query: Question, signal?: AbortSignal): Promise<T> {
  return send<T>(`${NATIVE}${path}?${writeQuestion(query)}`, { signal });
}

/** Read a text, such as `version`. */
export async function readText(path: string, signal?: AbortSignal): Promise<string> {
  const response = await reach(path, { signal });
  return response.text();
}

/** Write a question as it stands in an address. */
export function writeQuestion(query: Question): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const values = typeof value === "object" ? value : [String(value)];
    return values.filter((one) => one !== "").map((one) => [name, one]);
  });
  return new URLSearchParams(pairs).toString();
}

interface Options {
  readonly method?: string;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

async function send<T>(path: string, options: Options): Promise<T> {
  const response = await reach(path, options);
  return response.json();
}

export async function reach(path: string, { method = "GET", body, signal }: Options): Promise<Response> {
  const headers: HeadersInit = body === undefined ? {} : { "Content-Type": "application/json" };
  const request: RequestInit = { method, headers, body: body ?? null, signal: signal ?? null };
  const response = await fetchOurs(path, request).catch((failure: unknown) => {
    if (signal?.aborted) throw failure;
    throw new ApiError(0, "", "The server cannot be reached. Is it still running?");
  });
  if (response.status === 401 && !path.startsWith(SESSION)) {
    throw new ApiError(401, "UNAUTHENTICATED", "You are not signed in, or not any more. Sign in, and do this again.");
  }
  if (!response.ok) throw await readError(response);
  return response;
}

/** Fetch an answer of this server, which must not bring up the browser's own window for a password. */
export async function fetchOurs(path: string, request: RequestInit = {}): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("X-Requested-With", "headwater");
  const response = await fetch(new URL(path, document.baseURI), { ...request, headers }).catch((failure: unknown) => {
    if (!request.signal?.aborted) noteReach(null);
    throw failure;
  });
  noteReach(response);
  return path.startsWith(SESSION) ? response : noteRefusal(response);
}

/** Fetch a file, from wherever the server leads to: a store of objects takes no headers of ours. */
export async function fetchFile(url: string, request: RequestInit = {}): Promise<Response> {
  return noteRefusal(await fetch(url, request));
}

function noteRefusal(response: Response): Response {
  if (response.status === 401 || response.status === 403) lastRefusal.value = response;
  return response;
}

export async function readError(response: Response): Promise<ApiError> {
  const text = await response.text();
  const wait = Number(response.headers.get("Retry-After")) || 0;
  try {
    const { error_code: code, message }: ErrorBody = JSON.parse(text);
    if (message) return new ApiError(response.status, code, message, wait);
  } catch {
    // Not one of our answers: a proxy's page, perhaps. The status says what is known.
  }
  return new ApiError(response.status, "", `The server answered ${response.status} ${response.statusText}.`, wait);
}
