import type { Registration } from "../api/schema";
import { hrefOf } from "../lib/location";
import { versionPage } from "../registry/places";

/** Links to the versions that a model is. */
export function Registrations({ registrations }: { readonly registrations: readonly Registration[] }) {
  if (registrations.length === 0) return <span class="muted">nothing yet</span>;
  return (
    <span>
      {registrations.map(({ name, version }, index) => (
        <span key={`${name}/${version}`}>
          {index > 0 && ", "}
          <a class="link" href={hrefOf(versionPage(name, version))}>
            {name} {version}
          </a>
        </span>
      ))}
    </span>
  );
}
