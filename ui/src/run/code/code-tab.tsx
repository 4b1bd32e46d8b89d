import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { addressOf } from "../../artifacts/artifacts-api";
import { nameOf, type Entry } from "../../artifacts/tree";
import { formatCount } from "../../lib/format";
import { hrefOf, path as page } from "../../lib/location";
import { useReady } from "../../lib/use-ready";
import { CopyButton } from "../../panels/copy-button";
import panels from "../../panels/panels.module.css";
import { formatBytes } from "../../preview/bytes";
import { Failure } from "../../shell/notice";
import { Snippet } from "../../shell/snippet";
import type { RunDetails } from "../model";
import { baseOf, writePlace } from "../route";
import own from "../run.module.css";
import css from "./code.module.css";
import { DiffView } from "./diff-view";
import { readRemote } from "./remote";
import { useCode, useCodeText, type CodeFiles } from "./use-code";

const TEACH = `import headwater as hw

with hw.start_run(capture="code"):
    train()`;

/** Which code made the run: its commit, what was not committed, and what was installed. */
export function CodeTab({ run, revision }: { readonly run: RunDetails; readonly revision: number }) {
  const { data, error, refetch } = useCode(run.runId, revision);
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <p class={panels.hint}>Reading…</p>;
  return (
    <div class={panels.overview}>
      <div class={panels.column}>
        <Changes run={run} code={data} />
        {data.locks.map((lock) => (
          <Requirements key={lock.path} runId={run.runId} lock={lock} />
        ))}
        {data.files.length === 0 && (
          <section class={panels.panel} aria-labelledby="teach-heading">
            <header>
              <h2 id="teach-heading">Keep the code with the next run</h2>
            </header>
            <p class={panels.hint}>Uncommitted changes, the program and the installed packages are kept on demand:</p>
            <Snippet code={TEACH} label="Python code" />
          </section>
        )}
      </div>
      <div class={panels.column}>
        <Source run={run} code={data} />
      </div>
    </div>
  );
}

function Changes({ run, code }: { readonly run: RunDetails; readonly code: CodeFiles }) {
  const text = useCodeText(run.runId, code.patch);
  const isDirty = run.tags.get("mlflow.source.git.dirty");
  const isReady = useReady(!code.patch || text.data !== undefined || text.error !== null);
  if (code.patch && text.data !== undefined) {
    return <DiffView text={text.data} title="Uncommitted changes" download={addressOf(run.runId, code.patch.path)} />;
  }
  return (
    <section class={panels.panel} aria-labelledby="changes-heading" data-holding={!isReady || undefined}>
      <header>
        <h2 id="changes-heading">Uncommitted changes</h2>
      </header>
      {text.error && <p class={panels.error} role="alert">{`The patch cannot be read. ${text.error.message}`}</p>}
      <p class={panels.hint}>{text.error ? "" : describeChanges(code, isDirty)}</p>
    </section>
  );
}

function describeChanges({ patch }: CodeFiles, isDirty: string | undefined): string {
  if (patch) return patch.size > 20_000_000 ? `The patch has ${formatBytes(patch.size)}: download it from the artifacts.` : "Reading…";
  if (isDirty === "true") return "There were some, and they were not kept. The commit alone does not give this run's code.";
  return isDirty === "false" ? "None: the commit is the code that ran." : "Not known.";
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Elsewhere({ href, children }: { readonly href: string; readonly children: ComponentChildren }) {
  return href ? (
    <a class="link" href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ) : (
    <>{children}</>
  );
}

function Source({ run, code }: { readonly run: RunDetails; readonly code: CodeFiles }) {
  const tag = (name: string) => run.tags.get(name) ?? "";
  const commit = tag("mlflow.source.git.commit") || (code.record?.commit ?? "");
  const branch = tag("mlflow.source.git.branch");
  const repository = tag("mlflow.source.git.repoURL");
  const remote = readRemote(repository);
  const command = tag("headwater.source.command");
  const entryPoint = tag("mlflow.project.entryPoint") || (code.record?.entryPoint ?? "");
  const parameters = [...(code.record?.parameters ?? [])].map(([name, value]) => `${name}=${value}`).join(" ");
  const file = (entry: Entry) => hrefOf(writePlace(baseOf(page.value), "artifacts", entry.path));
  return (
    <section class={panels.panel} aria-labelledby="source-heading">
      <header>
        <h2 id="source-heading">Source</h2>
      </header>
      <dl class={panels.pairs}>
        {repository && (
          <Fact name="Repository">
            <Elsewhere href={remote?.home ?? ""}>{remote?.label ?? repository}</Elsewhere>
          </Fact>
        )}
        {branch && (
          <Fact name="Branch">
            <Elsewhere href={remote?.branch(branch) ?? ""}>{branch}</Elsewhere>
          </Fact>
        )}
        <Fact name="Commit">
          {commit ? (
            <>
              <Elsewhere href={remote?.commit(commit) ?? ""}>
                <code title={commit}>{commit.slice(0, 12)}</code>
              </Elsewhere>
              {tag("mlflow.source.git.dirty") === "true" && <span class={own.dirty}>+ uncommitted changes</span>}
              <CopyButton text={commit} label="commit" />
            </>
          ) : (
            "none: the code was in no git repository"
          )}
        </Fact>
        {tag("mlflow.source.name") && <Fact name="Program">{tag("mlflow.source.name")}</Fact>}
        {tag("mlflow.source.type") && <Fact name="Started from">{tag("mlflow.source.type").toLowerCase()}</Fact>}
        {command && (
          <Fact name="Command">
            <code>{command}</code>
            <CopyButton text={command} label="command" />
          </Fact>
        )}
        {entryPoint && <Fact name="Entry point">{entryPoint}</Fact>}
        {parameters && <Fact name="Parameters">{parameters}</Fact>}
        {code.record?.python && <Fact name="Python">{code.record.python}</Fact>}
        {tag("mlflow.project.env") && <Fact name="Environment">{tag("mlflow.project.env")}</Fact>}
        {tag("mlflow.project.backend") && <Fact name="Backend">{tag("mlflow.project.backend")}</Fact>}
        {code.others.map((entry) => (
          <Fact key={entry.path} name="File">
            <a class="link" href={file(entry)}>
              {nameOf(entry.path)}
            </a>
            <span class="muted">{formatBytes(entry.size)}</span>
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Requirements({ runId, lock }: { readonly runId: string; readonly lock: Entry }) {
  const { data, error } = useCodeText(runId, lock);
  const [search, setSearch] = useState("");
  const lines = (data ?? "").split("\n").filter((line) => line.trim() !== "");
  const comments = lines.filter((line) => line.startsWith("#"));
  const packages = lines.filter((line) => !line.startsWith("#"));
  const found = packages.filter((line) => line.toLowerCase().includes(search.trim().toLowerCase()));
  const id = `lock-${lock.path}`;
  return (
    <section class={panels.panel} aria-labelledby={id}>
      <header>
        <h2 id={id}>{nameOf(lock.path)}</h2>
        <span class={panels.count}>{data === undefined ? "" : formatCount(packages.length)}</span>
        <span>
          <CopyButton text={data ?? ""} label={nameOf(lock.path)} />
        </span>
        {packages.length > 10 && (
          <input
            class="field"
            type="search"
            placeholder="Find"
            aria-label={`Find in ${nameOf(lock.path)}`}
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        )}
      </header>
      {error && <p class={panels.error} role="alert">{error.message}</p>}
      {comments.map((line) => (
        <p key={line} class={panels.hint}>
          {line.replace(/^#+ ?/, "")}
        </p>
      ))}
      {data !== undefined && (
        <pre class={css.lock} tabIndex={0} aria-label={`Packages of ${nameOf(lock.path)}`}>
          {found.join("\n") || `Nothing matches “${search}”.`}
        </pre>
      )}
    </section>
  );
}
