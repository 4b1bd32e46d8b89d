import { useState } from "preact/hooks";
import { experiments, Subject } from "../access/subject";
import { ApiError, changeMlflow, readMlflow, readNative } from "../api/client";
import type { LoggedModel, LoggedModelResponse, Lineage } from "../api/schema";
import { refresh, useQuery } from "../api/use-query";
import { ArtifactBrowser } from "../artifacts/artifact-browser";
import { archiveOf, listOwned, ofModel } from "../artifacts/artifacts-api";
import { formatValue } from "../charts/numbers";
import { formatMoment } from "../lib/format";
import { hrefOf, navigate } from "../lib/location";
import { CopyButton } from "../panels/copy-button";
import css from "../panels/panels.module.css";
import { TagsPanel } from "../panels/tags-panel";
import { ModelPreview } from "../preview/model-preview";
import { LineagePanel } from "../registry/lineage-panel";
import { Missing } from "../registry/missing";
import { RowSkeleton } from "../registry/row-skeleton";
import { writeEqual } from "../query/tokens";
import { loggedModelPage, runPage } from "../registry/places";
import { searchVersions } from "../registry/registry-api";
import { useChrome } from "../shell/chrome";
import { Failure } from "../shell/notice";
import { groupByDataset, lastMetrics, MODEL_STATUS } from "./logged-model";
import { RegisteredAs } from "./registered-as";
import { RegisterDialog } from "./register-dialog";
import { getFamily } from "./run-api";
import own from "./run.module.css";

interface LoggedModelPageProps {
  readonly modelId: string;
  /** What follows the id in the path, such as `artifacts/MLmodel`. */
  readonly rest: string;
}

/** The page of a logged model: what it is, where it came from, how well it does, its files. */
export function LoggedModelPage({ modelId, rest }: LoggedModelPageProps) {
  const { data, error, refetch } = useQuery({
    key: ["registry", "logged", modelId],
    ask: async (signal) => (await readMlflow<LoggedModelResponse>(`logged-models/${encodeURIComponent(modelId)}`, {}, signal)).model,
  });
  const name = data?.info.name ?? modelId;
  const runId = data?.info.source_run_id ?? "";
  const family = useQuery({ key: ["family", runId], ask: (signal) => getFamily(runId, signal), enabled: runId !== "" });
  useChrome(name, [
    { text: "Experiments", page: "/experiments" },
    ...(data ? [{ text: family.data?.experiment_name ?? `Experiment ${data.info.experiment_id}`, page: `/experiments/${data.info.experiment_id}/runs` }] : []),
    { text: name },
  ]);
  if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return <Missing title="Model not found" message={error.message} />;
  if (!data) return error ? <Failure title="The model cannot be shown" error={error} onRetry={() => void refetch()} /> : <RowSkeleton label="Loading the model" isPage />;
  return (
    <Subject things={experiments(data.info.experiment_id)}>
      <Loaded model={data} rest={rest} />
    </Subject>
  );
}

function Loaded({ model, rest }: { readonly model: LoggedModel; readonly rest: string }) {
  const { info, data } = model;
  const [isRegistering, setRegistering] = useState(false);
  const owner = ofModel(info.model_id);
  const base = loggedModelPage(info.model_id);
  const isFiles = rest.startsWith("artifacts");
  const lineage = useQuery({
    key: ["registry", "logged", info.model_id, "lineage"],
    ask: (signal) => readNative<Lineage>("registry/lineage", { model_id: info.model_id }, signal),
    enabled: !isFiles,
  });
  const files = useQuery({ key: ["registry", "logged", info.model_id, "files", info.status], ask: (signal) => listOwned(owner, "", signal) });
  const source = { uri: `models:/${info.model_id}`, label: info.name, modelId: info.model_id };
  const { word, tone } = MODEL_STATUS[info.status];
  return (
    <div class={css.page}>
      <header class={css.header}>
        <div class={css.title}>
          <h1 tabIndex={-1}>{info.name}</h1>
          <span class={css.status}>
            <span class="dot" data-tone={tone} /> {word}
          </span>
          {info.model_type && <span class={css.status}>{info.model_type}</span>}
          <span class={css.actions}>
            {info.status === "LOGGED_MODEL_READY" && (
              <button type="button" class="button primary" onClick={() => setRegistering(true)}>
                Register…
              </button>
            )}
            <a class="button" href={archiveOf(owner, "")} download>
              Download
            </a>
          </span>
        </div>
        <p class={css.relatives}>
          <span>Logged model</span>
          <span>
            <code>{info.model_id}</code>
            <CopyButton text={info.model_id} label="model id" />
          </span>
        </p>
      </header>
      <nav class={css.tabs} aria-label="Logged model">
        <a href={hrefOf(base)} aria-current={isFiles ? undefined : "page"}>
          Overview
        </a>
        <a href={hrefOf(`${base}/artifacts`)} aria-current={isFiles ? "page" : undefined}>
          Files<span class={css.count}>{files.data?.length ?? ""}</span>
        </a>
      </nav>
      {isRegistering && <RegisterDialog runId={info.source_run_id ?? ""} sources={[source]} onClose={() => setRegistering(false)} />}
      <div class={css.content}>
        {isFiles ? (
          <ArtifactBrowser
            owner={owner}
            path={rest.split("/").slice(1).join("/")}
            location={info.artifact_uri}
            revision={0}
            onPath={(path) => navigate(`${base}/artifacts/${path.split("/").map(encodeURIComponent).join("/")}`)}
          />
        ) : (
          <div class={css.overview}>
            <div class={css.column}>
              {files.isPending && <p class={css.hint} data-holding>Reading…</p>}
              {(files.data?.length ?? 0) > 0 && <ModelPreview owner={owner} path="" files={files.data ?? []} />}
              {files.data?.length === 0 && <p class={css.hint}>The model has no files{info.status === "LOGGED_MODEL_PENDING" ? " yet" : ""}.</p>}
              <LineagePanel lineage={lineage.data} error={lineage.error} onRetry={() => void lineage.refetch()} />
            </div>
            <div class={css.column}>
              <About model={model} />
              <Metrics model={model} />
              {(data.params ?? []).length > 0 && (
                <section class={css.panel} aria-labelledby="params-heading">
                  <header>
                    <h2 id="params-heading">Params</h2>
                  </header>
                  <dl class={css.pairs}>
                    {(data.params ?? []).map(({ key, value = "" }) => (
                      <div key={key}>
                        <dt title={key}>{key}</dt>
                        <dd>{value}</dd>
                      </div>
                    ))}
                  </dl>
                </section>
              )}
              <ModelTags model={model} />
            </div>
          </div>
        )}
      </div>
    </div>
  );
}

/** The versions that a model is: those made of its run, by its id, else what its tag says. */
function useVersions({ info }: LoggedModel) {
  const { data } = useQuery({
    key: ["registry", "logged", info.model_id, "versions"],
    ask: (signal) => searchVersions(writeEqual("run_id", info.source_run_id ?? ""), "creation_timestamp DESC", "", signal),
    enabled: Boolean(info.source_run_id),
  });
  const versions = (data?.items ?? []).filter((version) => version.model_id === info.model_id);
  return { versions, isKnown: data !== undefined || !info.source_run_id };
}

function About({ model }: { readonly model: LoggedModel }) {
  const { info } = model;
  const { versions, isKnown } = useVersions(model);
  return (
    <section class={css.panel} aria-labelledby="about-heading">
      <header>
        <h2 id="about-heading">About</h2>
      </header>
      <dl class={css.pairs}>
        <div>
          <dt>Created</dt>
          <dd>{formatMoment(info.creation_timestamp_ms)}</dd>
        </div>
        <div>
          <dt>Last change</dt>
          <dd>{formatMoment(info.last_updated_timestamp_ms)}</dd>
        </div>
        {info.source_run_id && (
          <div>
            <dt>Source run</dt>
            <dd>
              <a class="link" href={hrefOf(runPage(info.source_run_id))}>
                <code>{info.source_run_id.slice(0, 8)}</code>
              </a>
              <CopyButton text={info.source_run_id} label="run id" />
            </dd>
          </div>
        )}
        <div>
          <dt>URI</dt>
          <dd>
            <code>models:/{info.model_id}</code>
            <CopyButton text={`models:/${info.model_id}`} label="URI" />
          </dd>
        </div>
        <div>
          <dt>Registered as</dt>
          <dd>
            {versions.length > 0 ? <RegisteredAs versions={versions} /> : <span class="muted">{isKnown ? "nothing yet" : "…"}</span>}
          </dd>
        </div>
      </dl>
    </section>
  );
}

function Metrics({ model }: { readonly model: LoggedModel }) {
  const groups = groupByDataset(lastMetrics(model.data.metrics ?? []));
  return (
    <section class={css.panel} aria-labelledby="metrics-heading">
      <header>
        <h2 id="metrics-heading">Metrics</h2>
      </header>
      {groups.length === 0 && <p class={css.hint}>Nothing was measured of this model.</p>}
      {groups.map(([dataset, metrics]) => (
        <div key={dataset}>
          {dataset && <h3>On {dataset}</h3>}
          <dl class={css.pairs}>
            {metrics.map(({ key, value, step, count }) => (
              <div key={key}>
                <dt title={key}>{key}</dt>
                <dd title={String(value)}>
                  {formatValue(value)} {count > 1 && <small class={own.at}>{`step ${step}, last of ${count}`}</small>}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </section>
  );
}

function ModelTags({ model: { info } }: { readonly model: LoggedModel }) {
  const path = `logged-models/${encodeURIComponent(info.model_id)}/tags`;
  const again = () => refresh("registry", "logged", info.model_id);
  return (
    <TagsPanel
      tags={new Map((info.tags ?? []).map(({ key, value = "" }) => [key, value]))}
      onSet={(key, value) => changeMlflow("PATCH", path, { tags: [{ key, value }] }).then(again)}
      onDelete={(key) => changeMlflow("DELETE", `${path}/${encodeURIComponent(key)}`, {}).then(again)}
    />
  );
}
