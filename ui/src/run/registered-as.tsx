import type { ModelVersion } from "../api/schema";
import { formatCount } from "../lib/format";
import { hrefOf } from "../lib/location";
import { versionPage } from "../registry/places";
import { NO_STAGE } from "../registry/versions";
import own from "./run.module.css";

const SHOWN = 10;

/** The versions that a model is registered as. */
export function RegisteredAs({ versions }: { readonly versions: readonly ModelVersion[] }) {
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
