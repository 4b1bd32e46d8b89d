import type { ComponentChildren } from "preact";
import { formatX } from "../charts/numbers";
import { hrefOf, path as page } from "../lib/location";
import { CopyButton } from "../panels/copy-button";
import css from "../panels/panels.module.css";
import type { RunDetails } from "./model";
import { baseOf, writePlace } from "./route";
import { RunDuration } from "./run-duration";
import own from "./run.module.css";

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** When, who, where and from which code. */
export function AboutPanel({ run }: { readonly run: RunDetails }) {
  const tag = (name: string) => run.tags.get(name) ?? "";
  const commit = tag("mlflow.source.git.commit");
  const isDirty = tag("mlflow.source.git.dirty") === "true";
  const facts: readonly (readonly [string, string])[] = [
    ["User", run.user || tag("mlflow.user")],
    ["Host", tag("headwater.source.host")],
    ["Source", tag("mlflow.source.name")],
    ["Entry point", tag("mlflow.project.entryPoint")],
    ["Command", tag("headwater.source.command")],
    ["Branch", tag("mlflow.source.git.branch")],
  ];
  return (
    <section class={css.panel} aria-labelledby="about-heading">
      <header>
        <h2 id="about-heading">About</h2>
      </header>
      <dl class={css.pairs}>
        <Fact name="Created">{formatX(run.startTime, "time")}</Fact>
        <Fact name="Duration">
          <RunDuration run={run} />
        </Fact>
        {facts.map(([name, value]) =>
          value ? (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ) : null,
        )}
        {commit && (
          <Fact name="Commit">
            <a class="link" href={hrefOf(writePlace(baseOf(page.value), "code"))}>
              <code title={commit}>{commit.slice(0, 8)}</code>
            </a>
            {isDirty && <span class={own.dirty}>+ uncommitted changes</span>}
            <CopyButton text={commit} label="commit" />
          </Fact>
        )}
        <Fact name="Run id">
          <code>{run.runId}</code>
          <CopyButton text={run.runId} label="run id" />
        </Fact>
        <Fact name="Experiment id">
          <code>{run.experimentId}</code>
          <CopyButton text={run.experimentId} label="experiment id" />
        </Fact>
        <Fact name="Artifacts">
          <code>{run.artifactUri}</code>
          <CopyButton text={run.artifactUri} label="artifact location" />
        </Fact>
      </dl>
    </section>
  );
}
