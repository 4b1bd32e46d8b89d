/** What a text may mean: pages, and what the server finds. */

import { readNative } from "../api/client";
import type { FindResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatAgo } from "../lib/format";
import { fitting } from "./fuzzy";
import { modelPage, runPage, versionPage } from "../registry/places";

/** A place to go to. */
export interface Place {
  readonly kind: "page" | "experiment" | "run" | "model" | "report";
  readonly text: string;
  readonly note: string;
  readonly page: string;
}

const MOST_RECENT = 5;
const PAGES: readonly Place[] = [
  { kind: "page", text: "Home", note: "", page: "/" },
  { kind: "page", text: "Experiments", note: "", page: "/experiments" },
  { kind: "page", text: "Models", note: "", page: "/models" },
  { kind: "page", text: "Reports", note: "", page: "/reports" },
  { kind: "page", text: "Settings", note: "", page: "/settings" },
  { kind: "page", text: "Account and tokens", note: "settings", page: "/settings/account" },
  { kind: "page", text: "Users", note: "settings", page: "/settings/users" },
  { kind: "page", text: "Roles", note: "settings", page: "/settings/roles" },
  { kind: "page", text: "Webhooks", note: "settings", page: "/settings/webhooks" },
  { kind: "page", text: "Storage and trash", note: "settings", page: "/settings/storage" },
];

const nameOf = ({ text }: { readonly text: string }): string => text;

/** Return the pages whose name fits a text; none without a text. */
export function findPages(text: string): readonly Place[] {
  return text.trim() === "" ? [] : fitting(PAGES, text, nameOf);
}

/** Put what the reader visited lately before what the server found, each place once. */
export function mergePlaces(text: string, recent: readonly Place[], found: readonly Place[]): readonly Place[] {
  const first = [...fitting(recent, text, nameOf).slice(0, MOST_RECENT), ...findPages(text)];
  const known = new Set(first.map(({ page }) => page));
  return [...first, ...found.filter(({ page }) => !known.has(page))];
}

/** Return what the server found as places; an alias that is asked for leads to its version. */
export function placesOf(found: FindResponse, now: number): readonly Place[] {
  const runs = found.runs.map((run): Place => {
    const state = `${run.status.toLowerCase()} ${formatAgo(run.start_time, now)}`;
    return { kind: "run", text: run.run_name, note: `${run.experiment_name} · ${state}`, page: runPage(run.run_id) };
  });
  const experiments = found.experiments.map(
    (one): Place => ({ kind: "experiment", text: one.name, note: `id ${one.experiment_id}`, page: `/experiments/${one.experiment_id}/runs` }),
  );
  const models = found.models.flatMap((model): Place[] => [
    { kind: "model", text: model.name, note: model.last_version ? `newest version ${model.last_version}` : "no version yet", page: modelPage(model.name) },
    ...model.aliases.map(
      ({ alias, version }): Place => ({
        kind: "model",
        text: `${model.name}@${alias}`,
        note: `version ${version}`,
        page: versionPage(model.name, version),
      }),
    ),
  ]);
  return [...experiments, ...models, ...runs];
}

/** Ask the server for what a text may mean; `model@alias` is asked for by the model. */
export function useFound(text: string, limit: number) {
  const [name = "", alias] = text.trim().split("@");
  const found = useQuery({
    key: ["find", name, limit],
    ask: (signal) => readNative<FindResponse>("find", { text: name.slice(0, 200), limit }, signal),
  });
  const all = found.data ? placesOf(found.data, Date.now()) : [];
  const places = alias === undefined ? all : all.filter((place) => place.text.toLowerCase().includes(`@${alias.toLowerCase()}`));
  return { places, error: found.error, isLoading: found.isFetching, retry: found.refetch };
}
