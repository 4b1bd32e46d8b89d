import { useState } from "preact/hooks";
import type { LoggedModel } from "../api/schema";
import { formatValue } from "../charts/numbers";
import { formatAgo, formatMoment } from "../lib/format";
import { hrefOf, path as page } from "../lib/location";
import css from "../panels/panels.module.css";
import { loggedModelPage } from "../registry/places";
import { Failure } from "../shell/notice";
import { Snippet } from "../shell/snippet";
import { refresh } from "../api/use-query";
import { lastMetrics, MODEL_STATUS } from "./logged-model";
import { isSystemMetric, type RunDetails } from "./model";
import { RegisterDialog } from "./register-dialog";
import { RegisteredAs } from "./registered-as";
import { baseOf, writePlace } from "./route";
import own from "./run.module.css";
import type { RunModels } from "./use-models";

const MOST_METRICS = 6;
const TEACH = `import headwater as hw

with hw.start_run():
    hw.sklearn.log_model(model, name="forest", input_example=X[:5])`;

/** The models of a run as a table: state, metrics, and what they are registered as. */
export function ModelsTab({ run, models }: { readonly run: RunDetails; readonly models: RunModels }) {
  const [asked, setAsked] = useState<string | null>(null);
  const { logged, versions, sources, isKnown, error } = models;
  if (error && !isKnown) return <Failure error={error} onRetry={() => refresh("registry", "run", run.runId)} />;
  if (!isKnown) return <p class={css.hint}>Reading…</p>;
  const folders = sources.filter(({ modelId }) => modelId === "");
  const others = versions.filter((version) => !logged.some(({ info }) => info.model_id === version.model_id));
  const ordered = asked === null ? sources : [...sources].sort((a, b) => Number(b.uri === asked) - Number(a.uri === asked));
  return (
    <div class={css.column}>
      {asked !== null && <RegisterDialog runId={run.runId} sources={ordered} onClose={() => setAsked(null)} />}
      {logged.length + folders.length + others.length === 0 && (
        <section class={css.panel} aria-labelledby="no-models">
          <header>
            <h2 id="no-models">No models</h2>
          </header>
          <p class={css.hint}>Models that a run logs can be loaded, compared, registered and served:</p>
          <Snippet code={TEACH} label="Python code" />
        </section>
      )}
      {logged.length > 0 && (
        <section class={css.panel} aria-labelledby="logged-heading">
          <header>
            <h2 id="logged-heading">Logged models</h2>
            <span class={css.count}>{logged.length}</span>
          </header>
          <div class={css.scroll} tabIndex={0} role="region" aria-label="Table of logged models">
            <table class={own.table}>
              <thead>
                <tr>
                  <th scope="col">name</th>
                  <th scope="col">state</th>
                  <th scope="col">type</th>
                  <th scope="col">created</th>
                  <th scope="col">metrics</th>
                  <th scope="col">registered as</th>
                  <th scope="col">
                    <span class="visually-hidden">actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {logged.map((model) => (
                  <tr key={model.info.model_id}>
                    <ModelCells model={model} />
                    <td>
                      <RegisteredAs versions={versions.filter((version) => version.model_id === model.info.model_id)} />
                    </td>
                    <td>
                      {model.info.status === "LOGGED_MODEL_READY" && (
                        <button type="button" class="button small" onClick={() => setAsked(`models:/${model.info.model_id}`)}>
                          Register…
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {folders.length > 0 && (
        <section class={css.panel} aria-labelledby="folders-heading">
          <header>
            <h2 id="folders-heading">Models among the artifacts</h2>
          </header>
          <ul class={own.registered}>
            {folders.map(({ uri, label }) => (
              <li key={uri}>
                <a class="link" href={hrefOf(writePlace(baseOf(page.value), "artifacts", uri.split("/").slice(2).join("/")))}>
                  {label.replace(/^artifacts: /, "")}
                </a>
                <button type="button" class="button small" onClick={() => setAsked(uri)}>
                  Register…
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {others.length > 0 && (
        <section class={css.panel} aria-labelledby="versions-heading">
          <header>
            <h2 id="versions-heading">Registered from this run</h2>
          </header>
          <RegisteredAs versions={others} />
        </section>
      )}
    </div>
  );
}

function ModelCells({ model: { info, data } }: { readonly model: LoggedModel }) {
  const metrics = lastMetrics(data.metrics ?? []).filter(({ key }) => !isSystemMetric(key));
  const { word, tone } = MODEL_STATUS[info.status];
  return (
    <>
      <th scope="row">
        <a class="link" href={hrefOf(loggedModelPage(info.model_id))}>
          {info.name}
        </a>
      </th>
      <td>
        <span class="dot" data-tone={tone} /> {word}
      </td>
      <td>{info.model_type}</td>
      <td title={formatMoment(info.creation_timestamp_ms)}>{formatAgo(info.creation_timestamp_ms, Date.now())}</td>
      <td>
        {metrics.slice(0, MOST_METRICS).map(({ key, dataset, value }) => (
          <span key={`${dataset}/${key}`} class="tag" title={dataset && `on ${dataset}`}>
            {key} {formatValue(value)}
          </span>
        ))}
        {metrics.length > MOST_METRICS && <span class="muted">and {metrics.length - MOST_METRICS} more</span>}
      </td>
    </>
  );
}
