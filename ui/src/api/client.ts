/** Requests to the server, and what its failures say. */

import type { ErrorBody } from "./schema";

/** A request that the server refused or could not answer; `status` is 0 when it was not reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }
}

const NATIVE = "api/headwater/1/";
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
  const response = await fetch(new URL(path, document.baseURI), request).catch((failure: unknown) => {
    if (signal?.aborted) throw failure;
    throw new ApiError(0, "", "The server cannot be reached. Is it still running?");
  });
  if (!response.ok) throw await readError(response);
  return response;
}

export async function readError(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { error_code: code, message }: ErrorBody = JSON.parse(text);
    if (message) return new ApiError(response.status, code, message);
  } catch {
    // Not one of our answers: a proxy's page, perhaps. The status says what is known.
  }
  return new ApiError(response.status, "", `The server answered ${response.status} ${response.statusText}.`);
}
