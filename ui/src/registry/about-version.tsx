import type { ComponentChildren } from "preact";
import type { ModelVersion, Origin } from "../api/schema";
import { formatMoment } from "../lib/format";
import { hrefOf } from "../lib/location";
import { CopyButton } from "../panels/copy-button";
import panels from "../panels/panels.module.css";
import { runPage, versionPage } from "./places";

interface AboutVersionProps {
  readonly version: ModelVersion;
  readonly flavors: readonly string[];
  /** One SHA-256 for all files; empty if they are not pinned. */
  readonly digest: string;
  readonly origin: Origin | null;
}

/** When it was made, of what, and where the files are. */
export function AboutVersion({ version, flavors, digest, origin }: AboutVersionProps) {
  return (
    <section class={panels.panel} aria-labelledby="about-heading">
      <header>
        <h2 id="about-heading">About</h2>
      </header>
      <dl class={panels.pairs}>
        <Fact name="Registered">{formatMoment(version.creation_timestamp)}</Fact>
        <Fact name="Last change">{formatMoment(version.last_updated_timestamp)}</Fact>
        {version.run_id && (
          <Fact name="Run">
            <a class="link" href={hrefOf(runPage(version.run_id))}>
              <code>{version.run_id.slice(0, 8)}</code>
            </a>
            <CopyButton text={version.run_id} label="run id" />
          </Fact>
        )}
        {version.run_link && (
          <Fact name="Run link">
            <Elsewhere address={version.run_link} />
          </Fact>
        )}
        {origin && (
          <Fact name="Copied from">
            {origin.registry ? (
              `${origin.name} ${origin.version} of ${origin.registry}`
            ) : (
              <a class="link" href={hrefOf(versionPage(origin.name, origin.version))}>
                {origin.name} {origin.version}
              </a>
            )}
          </Fact>
        )}
        {flavors.length > 0 && <Fact name="Flavors">{flavors.join(", ")}</Fact>}
        {version.model_id && (
          <Fact name="Logged model">
            <code>{version.model_id}</code>
            <CopyButton text={version.model_id} label="id of the logged model" />
          </Fact>
        )}
        <Fact name="Source">
          <code title={version.source}>{version.source}</code>
          <CopyButton text={version.source} label="source" />
        </Fact>
        {digest && (
          <Fact name="Digest">
            <code title={digest}>{digest.slice(0, 16)}…</code>
            <CopyButton text={digest} label="digest" />
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A link that somebody gave: followed only if it leads to the web. */
function Elsewhere({ address }: { readonly address: string }) {
  if (!/^https?:\/\//i.test(address)) return <span>{address}</span>;
  return (
    <a class="link" href={address} target="_blank" rel="noopener noreferrer">
      {address}
    </a>
  );
}
