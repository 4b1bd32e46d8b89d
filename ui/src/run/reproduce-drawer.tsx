import { useEffect, useRef } from "preact/hooks";
import { addressOf } from "../artifacts/artifacts-api";
import { nameOf } from "../artifacts/tree";
import { serverUrl } from "../home/snippets";
import { plural } from "../lib/format";
import { CopyButton } from "../panels/copy-button";
import css from "../panels/panels.module.css";
import { formatBytes } from "../preview/bytes";
import { Snippet } from "../shell/snippet";
import { useCode } from "./code/use-code";
import type { DatasetUse, RunDetails } from "./model";
import { checkCommand, loadInPython, planReproduction, writeDatasets } from "./reproduction";
import own from "./run.module.css";

/** How to run a run again, what it needs for that, and how to load it. */
export function ReproduceDrawer({ run, onClose }: { readonly run: RunDetails; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { data, error } = useCode(run.runId, 0);
  const plan = data && planReproduction(run, data, serverUrl());
  return (
    <dialog ref={dialog} class={own.drawer} aria-labelledby="reproduce-title" onClose={onClose}>
      <header>
        <h2 id="reproduce-title">Reproduce</h2>
        <button type="button" class="button small" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {error && <p role="alert" class={css.error}>{error.message}</p>}
      {!plan && !error && <p class={css.hint}>Reading…</p>}
      {plan && (
        <>
          <p>
            {plan.isExact
              ? "One command makes the environment again, runs the commit with its changes and parameters, and compares both runs:"
              : plan.commands
                ? plan.commands.startsWith("headwater reproduce")
                  ? "As far as it is kept, one command does it:"
                  : "As far as it is kept, these steps do it:"
                : "There is no way to run this run again from what is kept of it."}
          </p>
          {plan.commands && <Snippet code={plan.commands} label="commands that reproduce the run" />}
          {plan.missing.length > 0 && (
            <>
              <h3>What is missing</h3>
              <ul>
                {plan.missing.map((text) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
            </>
          )}
          {plan.anew && (
            <>
              <h3>Run the project anew, with other parameters perhaps</h3>
              <Snippet code={plan.anew} label="command that runs the project" />
            </>
          )}
        </>
      )}
      {data?.record && data.record.installed.length > 0 && (
        <>
          <h3>
            Environment <CopyButton text={data.record.installed.join("\n")} label="installed packages" />
          </h3>
          <p class={css.hint}>
            Python {data.record.python} with {plural(data.record.installed.length, "package")}, each with its version.
          </p>
        </>
      )}
      {data && data.locks.length > 0 && (
        <>
          <h3>Environment</h3>
          <ul>
            {data.locks.map(({ path, size }) => (
              <li key={path}>
                <a class="link" href={addressOf(run.runId, path)} download={nameOf(path)}>
                  {nameOf(path)}
                </a>{" "}
                <span class="muted">{formatBytes(size)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {data && (run.tags.has("mlflow.source.git.commit") || data.locks.length > 0 || data.record) && (
        <>
          <h3>What differs from your checkout</h3>
          <p class={css.hint}>In your copy of the code and its environment, this compares commit, changes and packages without running anything:</p>
          <Snippet code={checkCommand(run.runId, serverUrl())} label="command that compares your checkout" />
        </>
      )}
      <Datasets datasets={run.datasets} />
      <h3>Load in Python</h3>
      <Snippet code={loadInPython(run.runId, serverUrl())} label="Python code" />
    </dialog>
  );
}

function Datasets({ datasets }: { readonly datasets: readonly DatasetUse[] }) {
  if (datasets.length === 0) return null;
  return (
    <>
      <h3>
        Datasets <CopyButton text={writeDatasets(datasets)} label="digests of datasets" />
      </h3>
      <dl class={css.pairs}>
        {datasets.map(({ name, digest, context, source }) => (
          <div key={`${name} ${digest} ${context}`}>
            <dt title={name}>{name}</dt>
            <dd>
              <code title={source}>{digest}</code> {context && <span class="tag">{context}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
