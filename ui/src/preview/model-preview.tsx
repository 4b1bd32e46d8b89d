import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useQuery } from "../api/use-query";
import { addressIn, readTextFile, type ArtifactOwner } from "../artifacts/artifacts-api";
import { nameOf, type Entry } from "../artifacts/tree";
import { serverUrl } from "../home/snippets";
import { useReady } from "../lib/use-ready";
import panels from "../panels/panels.module.css";
import { listLoadCode } from "../registry/load-code";
import { RequirementsPanel } from "../registry/requirements-panel";
import { readModelFile, type Signature } from "../registry/signature";
import { SignaturePanel } from "../registry/signature-panel";
import { EXAMPLE_FILE, Try } from "../registry/try-panel";
import { Snippet } from "../shell/snippet";
import { readModelFacts } from "./model-facts";
import css from "./preview.module.css";
import { TextPreview } from "./text-preview";

interface ModelPreviewProps {
  readonly owner: ArtifactOwner;
  /** The folder of the model; empty if it is the root. */
  readonly path: string;
  readonly files: readonly Entry[];
  /** What stands below, once it will not be pushed away. */
  readonly children?: ComponentChildren;
}

/** Return how programs name a model by where it is. */
export function uriOf({ kind, id }: ArtifactOwner, path: string): string {
  const below = path && `/${path}`;
  return kind === "run" ? `runs:/${id}${below}` : `models:/${id}${below}`;
}

/** What a model's folder says of it: flavors, signature, example, requirements, and how to load and score it. */
export function ModelPreview({ owner, path, files, children }: ModelPreviewProps) {
  const find = (name: string) => files.find((entry) => nameOf(entry.path) === name);
  const read = (entry: Entry) => (signal: AbortSignal) => readTextFile(addressIn(owner, entry.path), signal);
  const modelFile = find("MLmodel");
  const requirements = find("requirements.txt");
  const state = useQuery({
    key: ["model-file", owner, modelFile?.path, modelFile?.size],
    ask: async (signal) => {
      const text = modelFile ? await read(modelFile)(signal) : "";
      return { ...(await readModelFile(text)), facts: await readModelFacts(text) };
    },
    enabled: modelFile !== undefined,
  });
  const needs = useQuery({
    key: ["model-needs", owner, requirements?.path, requirements?.size],
    ask: (signal) => (requirements ? read(requirements)(signal) : Promise.resolve("")),
    enabled: requirements !== undefined,
  });
  const request = find(EXAMPLE_FILE);
  const asked = useQuery({
    key: ["model-request", owner, request?.path, request?.size],
    ask: (signal) => (request ? read(request)(signal) : Promise.resolve("")),
    enabled: request !== undefined,
  });
  const example = state.data?.facts.example ? find(state.data.facts.example) : undefined;
  const isReady = useReady(!(modelFile && state.isPending) && !(requirements && needs.isPending) && !(request && asked.isPending));
  if (!isReady) return <p class={css.hint} data-holding>Reading…</p>;
  return (
    <>
      <section class={panels.panel} aria-labelledby="model-heading">
        <header>
          <h2 id="model-heading">Model</h2>
        </header>
        <dl class={panels.pairs}>
          {state.data && (
            <div>
              <dt>Flavors</dt>
              <dd>{state.data.flavors.join(", ") || "none"}</dd>
            </div>
          )}
          {state.data?.facts.pairs.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <ScorePanel uri={uriOf(owner, path)} signature={state.data?.signature ?? null} />
      <SignaturePanel state={state} isAsked isKnown />
      {example && (
        <section class={panels.panel} aria-labelledby="example-heading">
          <header>
            <h2 id="example-heading">Input example</h2>
          </header>
          <div style={{ display: "flex", flexDirection: "column", maxHeight: "280px" }}>
            <TextPreview url={addressIn(owner, example.path)} path={example.path} />
          </div>
        </section>
      )}
      {state.data && (!request || asked.data !== undefined || asked.error) && (
        <Try uri={uriOf(owner, path)} signature={state.data.signature} example={asked.data ?? ""} />
      )}
      {needs.data !== undefined && <RequirementsPanel text={needs.data} />}
      {children}
    </>
  );
}

/** How programs load a model, and how it is asked for predictions. */
export function ScorePanel({ uri, signature }: { readonly uri: string; readonly signature: Signature | null }) {
  const [title, setTitle] = useState("Headwater");
  const ways = listLoadCode(serverUrl(), uri, signature);
  const way = ways.find((one) => one.title === title) ?? ways[0];
  return (
    <section class={panels.panel} aria-labelledby="score-heading">
      <header>
        <h2 id="score-heading">Load and score</h2>
        <div class="segments" role="group" aria-label="With">
          {ways.map((one) => (
            <button key={one.title} type="button" aria-pressed={one === way} onClick={() => setTitle(one.title)}>
              {one.title}
            </button>
          ))}
        </div>
      </header>
      {way && <Snippet label={`code for ${way.title}`} code={way.code} />}
    </section>
  );
}
