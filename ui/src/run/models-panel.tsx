import { useState } from "preact/hooks";
import { formatCount } from "../lib/format";
import { hrefOf } from "../lib/location";
import css from "../panels/panels.module.css";
import { loggedModelPage } from "../registry/places";
import { MODEL_STATUS } from "./logged-model";
import type { RunDetails } from "./model";
import { RegisterDialog } from "./register-dialog";
import { RegisteredAs } from "./registered-as";
import own from "./run.module.css";
import { countModels, type RunModels } from "./use-models";

/** The models that a run logged, and the versions they are registered as; nothing without any. */
export function ModelsPanel({ run, models }: { readonly run: RunDetails; readonly models: RunModels }) {
  const { logged, versions, sources, hasMore, error } = models;
  const [isAsking, setAsking] = useState(false);
  if (!error && countModels(models) === 0) return null;
  return (
    <section class={css.panel} aria-labelledby="models-heading">
      <header>
        <h2 id="models-heading">Models</h2>
        <span class={css.count}>{formatCount(countModels(models)) + (hasMore ? "+" : "")}</span>
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
          <b>
            <a class="link" href={hrefOf(loggedModelPage(info.model_id))}>
              {info.name}
            </a>
          </b>
          <span class="muted">
            {[info.model_type, MODEL_STATUS[info.status].word].filter(Boolean).join(" · ")} · <code>{info.model_id}</code>
          </span>
          <RegisteredAs versions={versions.filter((version) => version.model_id === info.model_id)} />
        </div>
      ))}
      <RegisteredAs versions={versions.filter((version) => !logged.some(({ info }) => info.model_id === version.model_id))} />
    </section>
  );
}
