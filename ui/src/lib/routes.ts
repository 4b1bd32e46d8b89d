/** The table of pages: which path shows what. */

export type ExperimentTabName = "models" | "datasets" | "notes" | "settings";

export type Route =
  | { readonly page: "home" }
  | { readonly page: "experiments" }
  | { readonly page: "runs"; readonly experimentId: string }
  | { readonly page: "experiment"; readonly experimentId: string; readonly tab: ExperimentTabName }
  | { readonly page: "run"; readonly runId: string; readonly rest: string }
  | { readonly page: "compare" }
  | { readonly page: "models" }
  | { readonly page: "model"; readonly name: string; readonly tab: string }
  | { readonly page: "logged-model"; readonly modelId: string; readonly rest: string }
  | { readonly page: "version"; readonly name: string; readonly version: string }
  | { readonly page: "model-diff"; readonly name: string }
  | { readonly page: "sweep"; readonly runId: string }
  | { readonly page: "workflow"; readonly runId: string }
  | { readonly page: "reports" }
  | { readonly page: "report"; readonly reportId: string }
  | { readonly page: "search" }
  | { readonly page: "settings"; readonly tab: string }
  | { readonly page: "sign-in"; readonly next: string }
  | { readonly page: "unknown"; readonly path: string };

type Maker = (parts: readonly string[]) => Route;

const TABLE: readonly (readonly [RegExp, Maker])[] = [
  [/^\/$/, () => ({ page: "home" })],
  [/^\/experiments\/?$/, () => ({ page: "experiments" })],
  [/^\/experiments\/([^/]+)(?:\/runs)?\/?$/, ([experimentId = ""]) => ({ page: "runs", experimentId })],
  ...(["models", "datasets", "notes", "settings"] as const).map(
    (tab): readonly [RegExp, Maker] => [
      new RegExp(`^/experiments/([^/]+)/${tab}/?$`),
      ([experimentId = ""]) => ({ page: "experiment", experimentId, tab }),
    ],
  ),
  [/^\/experiments\/[^/]+\/runs\/([^/]+)(?:\/(.*))?$/, ([runId = "", rest = ""]) => ({ page: "run", runId, rest })],
  [/^\/runs\/([^/]+)(?:\/(.*))?$/, ([runId = "", rest = ""]) => ({ page: "run", runId, rest })],
  [/^\/compare\/?$/, () => ({ page: "compare" })],
  [/^\/models\/?$/, () => ({ page: "models" })],
  [/^\/models\/m\/(m-[^/]+)(?:\/(.*))?$/, ([modelId = "", rest = ""]) => ({ page: "logged-model", modelId, rest })],
  [/^\/models\/([^/]+)\/versions\/([^/]+)\/?$/, ([name = "", version = ""]) => ({ page: "version", name, version })],
  [/^\/models\/([^/]+)\/diff\/?$/, ([name = ""]) => ({ page: "model-diff", name })],
  [/^\/models\/([^/]+)(?:\/(history|policy|access))?\/?$/, ([name = "", tab = ""]) => ({ page: "model", name, tab })],
  [/^\/sweeps\/([^/]+)\/?$/, ([runId = ""]) => ({ page: "sweep", runId })],
  [/^\/workflows\/([^/]+)\/?$/, ([runId = ""]) => ({ page: "workflow", runId })],
  [/^\/reports\/?$/, () => ({ page: "reports" })],
  [/^\/reports\/([^/]+)\/?$/, ([reportId = ""]) => ({ page: "report", reportId })],
  [/^\/search\/?$/, () => ({ page: "search" })],
  [/^\/settings(?:\/(account|users|roles|webhooks|storage))?\/?$/, ([tab = ""]) => ({ page: "settings", tab })],
  [/^\/(?:login|setup)\/?$/, () => ({ page: "sign-in", next: "/" })],
  // MLflow's address of the form by which administrators make users.
  [/^\/signup\/?$/, () => ({ page: "sign-in", next: "/settings/users" })],
];

/** Return the page of a path; the parts are decoded, `rest` keeps its slashes. */
export function findRoute(path: string): Route {
  for (const [pattern, make] of TABLE) {
    const match = pattern.exec(path);
    if (match) return make(match.slice(1).map(decodePart));
  }
  return { page: "unknown", path };
}

function decodePart(part: string | undefined): string {
  if (!part) return "";
  try {
    return part.split("/").map(decodeURIComponent).join("/");
  } catch {
    return part;
  }
}
