/** Saved views: what the address holds, under a name. */

import { useEffect, useRef } from "preact/hooks";
import { callNative, readNative } from "../api/client";
import type { ListViewsResponse, ViewInfo, ViewResponse } from "../api/schema";
import { refresh, useQuery } from "../api/use-query";
import { readText } from "../lib/read";
import { path, query, writeQuery } from "../lib/location";
import { say } from "../shell/toasts";

/** Addresses longer than this are kept by the server, and the address names them. */
export const MAX_ADDRESS = 2000;
/** Views that were made for a long address begin with it; they are not listed. */
export const SHARED = "Shared: ";
const STATE_KEY = "query";
const MINE = "headwater.view.";


/** Read the views of an experiment, when they are `wanted`; of several experiments, those across experiments. */
export function useViews(identity: string, wanted = true): readonly ViewInfo[] {
  const { data } = useQuery<ListViewsResponse>({
    key: ["views", identity],
    ask: (signal) => readNative("views/list", { experiment_id: ownerOf(identity) }, signal),
    enabled: wanted,
  });
  return data?.views.filter(({ name }) => !name.startsWith(SHARED)) ?? [];
}

function ownerOf(identity: string): string {
  return identity.includes(",") ? "" : identity;
}

/** Write what a view keeps of an address: everything but which view it is, and the run that is looked at. */
export function stateOf(parameters: URLSearchParams): string {
  const kept = new URLSearchParams(parameters);
  for (const name of ["view", "peek"]) kept.delete(name);
  return writeQuery(kept).slice(1);
}

/** Save the address as a new view, and return its id. */
export async function createView(identity: string, name: string, parameters: URLSearchParams): Promise<string> {
  const request = { name, experiment_id: ownerOf(identity), state: { [STATE_KEY]: stateOf(parameters) } };
  const { view } = await callNative<ViewResponse>("views/create", request);
  refresh("views");
  return view.view_id;
}

/** Save the address as a new version of a view. */
export async function saveView({ view_id: id, version, name }: ViewInfo, parameters: URLSearchParams): Promise<void> {
  await callNative("views/update", { view_id: id, version, state: { [STATE_KEY]: stateOf(parameters) } });
  refresh("views");
  say(`“${name}” saved`);
}

/** Give a view another name. */
export async function renameView({ view_id: id, version }: ViewInfo, name: string): Promise<void> {
  await callNative("views/update", { view_id: id, version, name });
  refresh("views");
}

/** Delete a view, and offer to make it again. */
export async function deleteView(identity: string, { view_id: id, name }: ViewInfo): Promise<void> {
  const { view } = await readNative<ViewResponse>("views/get", { view_id: id });
  await callNative("views/delete", { view_id: id });
  refresh("views");
  say(`View “${name}” deleted`, () => {
    const again = { name, experiment_id: ownerOf(identity), state: view.state, view_id: id };
    void callNative("views/create", again).then(() => refresh("views"));
  });
}

/** Read the address that a view keeps. */
export async function loadView(viewId: string): Promise<URLSearchParams> {
  const { view } = await readNative<ViewResponse>("views/get", { view_id: viewId });
  const parameters = new URLSearchParams(readText(view.state[STATE_KEY]));
  parameters.set("view", viewId);
  return parameters;
}

/** Return whether what is seen is other than what a view keeps; not before that is known. */
export function useIsChanged(view: ViewInfo | undefined, parameters: URLSearchParams): boolean {
  const viewId = view?.view_id ?? "";
  const { data } = useQuery({ key: ["view-state", viewId, view?.version], ask: () => loadView(viewId), enabled: viewId !== "" });
  return data?.get("view") === viewId && comparable(data) !== comparable(parameters);
}

/** What is selected is not meant: it comes and goes. */
function comparable(parameters: URLSearchParams): string {
  const kept = new URLSearchParams(stateOf(parameters));
  kept.delete("sel");
  kept.sort();
  return kept.toString();
}

/** Return the address of the page as it is now; what is too long is kept by the server. */
export async function shareLink(identity: string, parameters: URLSearchParams): Promise<string> {
  const page = new URL(`.${path.peek()}`, document.baseURI);
  const whole = `${page.href}${writeQuery(parameters)}`;
  if (whole.length <= MAX_ADDRESS) return whole;
  const id = await createView(identity, `${SHARED}${new Date().toISOString()}`, parameters);
  return `${page.href}?view=${id}`;
}

/** Return the view that this reader begins with in an experiment, or an empty text. */
export function readMyDefault(identity: string): string {
  return localStorage.getItem(MINE + identity) ?? "";
}

/** Begin with a view from now on; an empty one ends that. */
export function setMyDefault(identity: string, viewId: string): void {
  if (viewId) localStorage.setItem(MINE + identity, viewId);
  else localStorage.removeItem(MINE + identity);
}

/**
 * Show what a saved view keeps: that which the address names without saying more, or the reader's or the experiment's
 * own when the address says nothing. `onLoad` gets what is too long for an address.
 */
export function useSavedView(identity: string, byDefault: string | null, onLoad: (parameters: URLSearchParams) => void): void {
  const isOpened = useRef(false);
  const latest = useRef(onLoad);
  latest.current = onLoad;
  const named = query.value.get("view") ?? "";
  const isBare = [...query.value.keys()].every((name) => name === "view");
  useEffect(() => {
    const first = !isOpened.current;
    const wanted = named || (first && byDefault !== null ? readMyDefault(identity) || byDefault : "");
    if (byDefault !== null) isOpened.current = true;
    if (!isBare || !wanted) return;
    loadView(wanted).then(
      (parameters) => {
        if ([...parameters.keys()].length > 1) latest.current(parameters);
      },
      (failure: unknown) => {
        if (named) say(failure instanceof Error ? failure.message : String(failure));
        else setMyDefault(identity, "");
      },
    );
  }, [identity, named, isBare, byDefault]);
}

