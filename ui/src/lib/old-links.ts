/** Addresses of MLflow's own pages, which its clients print: `#/experiments/1/runs/<id>` and relatives. */

import { diffPage, modelPage } from "../registry/places";
import { encodeList } from "./codec";
import { writeQuery } from "./location";

type Rule = readonly [RegExp, (parts: readonly string[], query: URLSearchParams) => string];

const TABS: Readonly<Record<string, string>> = { "model-metrics": "metrics", "system-metrics": "system" };

const RULES: readonly Rule[] = [
  [/^\/?$/, () => "/"],
  [/^\/experiments\/?$/, () => "/experiments"],
  [/^\/experiments\/([^/]+)\/runs\/([^/]+)(?:\/(.*))?$/, ([, run = "", tab = ""]) => runPage(run, tab)],
  [/^\/experiments\/([^/]+)\/models\/([^/]+)/, ([, model = ""]) => `/models/m/${model}`],
  [/^\/experiments\/([^/]+)\/(models|datasets)\/?$/, ([experiment = "", tab = ""]) => `/experiments/${experiment}/${tab}`],
  [/^\/experiments\/([^/]+)(?:\/.*)?$/, ([experiment = ""], query) => runsPage(experiment, query)],
  [/^\/runs\/([^/]+)(?:\/(.*))?$/, ([run = "", tab = ""]) => runPage(run, tab)],
  [/^\/compare-runs/, (_, query) => comparison(query, "")],
  [/^\/metric/, (_, query) => comparison(query, readQuoted(query.get("metric")))],
  [/^\/compare-model-versions/, (_, query) => versionsDiff(readQuoted(query.get("name")), readNumbers(query.get("runs")))],
  [/^\/models\/([^/]+)\/(?!versions\/)/, ([name = ""]) => `/models/${name}`],
  [/^\/compare-experiments/, (_, query) => runsPage(readIds(query.get("experiments")).join() || "0", query)],
  [/^\/account/, () => "/settings/account"],
  [/^\/admin/, () => "/settings/users"],
  [/^\/settings/, () => "/settings"],
];

/** Return the page that an old hash meant, or an empty string if it is not one. */
export function translateHash(hash: string): string {
  if (!hash.startsWith("#/")) return "";
  const [path = "", search = ""] = hash.slice(1).split("?", 2);
  const query = new URLSearchParams(search);
  for (const [pattern, make] of RULES) {
    const match = pattern.exec(path);
    if (match) return make(match.slice(1).map((part) => part ?? ""), query);
  }
  return path;
}

function runPage(run: string, tab: string): string {
  const ours = TABS[tab] ?? tab.replace(/^artifactPath\//, "artifacts/");
  return ours ? `/runs/${run}/${ours}` : `/runs/${run}`;
}

function runsPage(experiment: string, query: URLSearchParams): string {
  const ours = new URLSearchParams();
  const filter = query.get("searchFilter");
  if (filter) ours.set("q", filter);
  const order = query.get("orderByKey");
  if (order) ours.set("sort", `${sortKey(order)} ${query.get("orderByAsc") === "true" ? "asc" : "desc"}`);
  if (query.get("lifecycleFilter")?.toLowerCase() === "deleted") ours.set("state", "archived");
  return `/experiments/${experiment}/runs${writeQuery(ours)}`;
}

function sortKey(order: string): string {
  const key = order.replaceAll("`", "");
  return /^(metrics|params|tags|attributes)\./.test(key) ? key : `attributes.${key}`;
}

function comparison(query: URLSearchParams, metric: string): string {
  const ours = new URLSearchParams();
  const runs = readIds(query.get("runs"));
  if (runs.length > 0) ours.set("runs", encodeList(runs));
  if (metric) {
    ours.set("tab", "curves");
    ours.set("keys", `^${metric.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
  }
  return `/compare${writeQuery(ours)}`;
}

function versionsDiff(model: string, [old = "", ...versions]: readonly string[]): string {
  return versions.length > 0 ? diffPage(model, old, ...versions) : modelPage(model);
}

/** Read the versions of `{"<run id>":"3"}`, the oldest first. */
function readNumbers(text: string | null): string[] {
  const found = [...(text ?? "").matchAll(/:\s*"?(\d+)/g)].map(([, version = ""]) => version);
  return [...new Set(found)].sort((a, b) => Number(a) - Number(b));
}

function readIds(text: string | null): string[] {
  return text ? [...text.matchAll(/[\w-]+/g)].map(([id]) => id) : [];
}

function readQuoted(text: string | null): string {
  return text?.replaceAll('"', "") ?? "";
}
