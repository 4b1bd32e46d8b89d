import { useState } from "preact/hooks";
import { callMlflow } from "../api/client";
import type { LoggedModel, ModelVersion, SearchLoggedModelsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatCount } from "../lib/format";
import { hrefOf } from "../lib/location";
import css from "../panels/panels.module.css";
import { writeEqual } from "../query/tokens";
import { versionPage } from "../registry/places";
import { searchVersions } from "../registry/registry-api";
import { NO_STAGE } from "../registry/versions";
import type { RunDetails } from "./model";
import { listSources } from "./model-sources";
import { RegisterDialog } from "./register-dialog";
import own from "./run.module.css";

const MOST = 50;
const SHOWN = 10;
const STATUS: Readonly<Record<LoggedModel["info"]["status"], string>> = {
  LOGGED_MODEL_PENDING: "pending",
  LOGGED_MODEL_READY: "ready",
  LOGGED_MODEL_UPLOAD_FAILED: "upload failed",
};

interface RunModels {
  readonly logged: readonly LoggedModel[];
  readonly versions: readonly ModelVersion[];
  /** Whether there are more versions than that. */
  readonly hasMore: boolean;
}

async function listModels({ runId, experimentId }: RunDetails, signal: AbortSignal): Promise<RunModels> {
  const request = { experiment_ids: [experimentId], filter: writeEqual("source_run_id", runId), max_results: MOST };
  const [logged, versions] = await Promise.all([
    callMlflow<SearchLoggedModelsResponse>("logged-models/search", request, signal),
    searchVersions(writeEqual("run_id", runId), "creation_timestamp DESC", "", signal),
  ]);
  return { logged: logged.models ?? [], versions: versions.items, hasMore: versions.next !== "" };
}

/** The models that a run logged, and the versions they are registered as; nothing without any. */
export function ModelsPanel({ run }: { readonly run: RunDetails }) {
  const { data, error } = useQuery({
    key: ["registry", "run", run.runId, run.status],
    ask: (signal) => listModels(run, signal),
  });
  const { logged = [], versions = [], hasMore = false } = data ?? {};
  const [isAsking, setAsking] = useState(false);
  const sources = listSources(run, logged);
  if (!error && logged.length + versions.length + sources.length === 0) return null;
  return (
    <section class={css.panel} aria-labelledby="models-heading">
      <header>
        <h2 id="models-heading">Models</h2>
        <span class={css.count}>{formatCount(Math.max(sources.length, logged.length, versions.length)) + (hasMore ? "+" : "")}</span>
        {sources.length > 0 && (
          <button type="button" class="button small quiet" onClick={() => setAsking(true)}>
            Register…
          </button>
        )}
      </header>
      {isAsking && <RegisterDialog runId={run.runId} sources={sources} onClose={() => setAsking(false)} />}
      {error && <p class={css.error} role="alert">{`The models cannot be listed. ${error.message}`}</p>}
      {logged.map(({ info }) => (
        <div key={info.model_id} class={own.logged}>
          <b>{info.name}</b>
          <span class="muted">
            {[info.model_type, STATUS[info.status]].filter(Boolean).join(" · ")} · <code>{info.model_id}</code>
          </span>
          <Versions versions={versions.filter((version) => version.model_id === info.model_id)} />
        </div>
      ))}
      <Versions versions={versions.filter((version) => !logged.some(({ info }) => info.model_id === version.model_id))} />
    </section>
  );
}

function Versions({ versions }: { readonly versions: readonly ModelVersion[] }) {
  if (versions.length === 0) return null;
  const more = versions.length - SHOWN;
  return (
    <ul class={own.registered} aria-label="Registered as">
      {versions.slice(0, SHOWN).map(({ name, version, aliases = [], current_stage: stage }) => (
        <li key={`${name}/${version}`}>
          <a class="link" href={hrefOf(versionPage(name, version))}>
            {name} version {version}
          </a>
          {aliases.map((alias) => (
            <span key={alias} class="tag">
              @{alias}
            </span>
          ))}
          {stage !== NO_STAGE && <span class="tag">{stage}</span>}
        </li>
      ))}
      {more > 0 && <li class="muted">and {formatCount(more)} more</li>}
    </ul>
  );
}
