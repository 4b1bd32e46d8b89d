/** What can stand at the caret of a search of runs: keys, operators, and values with how many runs have them. */

import { useMemo, useState } from "preact/hooks";
import { callNative } from "../api/client";
import type { ListKeysResponse, ListValuesResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { plural } from "../lib/format";
import { columnOf, isOffered } from "../runs/columns";
import type { Offer } from "./query-box";
import { type Place, quoteKey, unquoteKey } from "./tokens";

const ATTRIBUTES = ["status", "start_time", "end_time", "duration", "user_id", "run_name", "run_id"].map((name) => `attributes.${name}`);
const DATASETS = ["dataset.name", "dataset.digest", "dataset.context"];
const NUMBERS = ["=", "!=", "<", "<=", ">", ">="];
const TEXTS = ["=", "!=", "LIKE", "ILIKE", "IN", "IS NULL", "IS NOT NULL"];
const NUMERIC = /^(metrics?\.|attributes?\.(start_time|end_time|duration)$)/i;
const SHOWN = 50;

export interface Offers {
  readonly offers: readonly Offer[];
  readonly onPlace: (place: Place | null) => void;
}

/** Offer what fits the place that the box tells of. */
export function useOffers(experimentIds: readonly string[], keys: ListKeysResponse | null): Offers {
  const [place, setPlace] = useState<Place | null>(null);
  const typed = place?.typed.replaceAll(/^['"]|['"]$/g, "") ?? "";
  const isCut = keys !== null && keys.total > keys.keys.length;
  const search = place?.kind === "key" && isCut ? unquoteKey(typed).replace(/^\w+\./, "") : "";
  const found = useQuery<ListKeysResponse>({
    key: ["keys", experimentIds.join(), "offers", search],
    ask: (signal) => callNative("keys/list", { experiment_ids: experimentIds, contains: search, limit: SHOWN }, signal),
    enabled: search !== "",
  });
  const column = place?.kind === "value" ? columnOfKey(place.key) : "";
  const values = useQuery<ListValuesResponse>({
    key: ["values", experimentIds.join(), column, typed],
    ask: (signal) => callNative("values/list", { experiment_ids: experimentIds, key: column, contains: typed, limit: SHOWN }, signal),
    enabled: column !== "",
  });
  const known = useMemo(() => offerKeys(keys, search ? found.data : undefined), [keys, search, found.data]);
  const offers = useMemo(() => {
    if (place?.kind === "operator") return offerOperators(place.key);
    if (place?.kind === "value") return column ? offerValues(values.data) : [];
    return known;
  }, [place, known, values.data, column]);
  return { offers, onPlace: setPlace };
}

function offerKeys(keys: ListKeysResponse | null, found: ListKeysResponse | undefined): Offer[] {
  const listed = (found ?? keys)?.keys ?? [];
  return [
    ...listed.filter(isOffered).map((key) => ({ key: quoteKey(columnOf(key)), note: plural(key.runs, "run") })),
    ...ATTRIBUTES.map((key) => ({ key, note: "attribute" })),
    ...DATASETS.map((key) => ({ key, note: "what runs read" })),
  ];
}

function offerOperators(key: string): Offer[] {
  return (NUMERIC.test(key) ? NUMBERS : TEXTS).map((operator) => ({ key: operator, note: "" }));
}

function offerValues(answer: ListValuesResponse | undefined): Offer[] {
  return (answer?.values ?? [])
    .filter(({ value }) => !(value.includes("'") && value.includes('"')))
    .map(({ value, runs }) => ({ key: value.includes("'") ? `"${value}"` : `'${value}'`, note: plural(runs, "run") }));
}

/** Return the column whose values a key has, or an empty text if they are numbers or one for each run. */
export function columnOfKey(key: string): string {
  const [, kind = "", name = ""] = /^(?:(\w+?)s?\.)?(.*)$/s.exec(unquoteKey(key)) ?? [];
  switch (kind.toLowerCase()) {
    case "param":
    case "parameter":
      return `params.${name}`;
    case "tag":
      return `tags.${name}`;
    case "dataset":
      return `datasets.${name}`;
    case "":
    case "attribute":
    case "attr":
      return name === "status" || name === "user_id" ? `attributes.${name}` : "";
    default:
      return "";
  }
}
