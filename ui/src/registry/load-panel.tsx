import { useState } from "preact/hooks";
import { serverUrl } from "../home/snippets";
import panels from "../panels/panels.module.css";
import { Snippet } from "../shell/snippet";
import { listLoadCode } from "./load-code";
import css from "./registry.module.css";
import type { Signature } from "./signature";

interface LoadPanelProps {
  /** What can be loaded, the first one at first. */
  readonly uris: readonly string[];
  readonly signature: Signature | null;
}

/** How programs load, serve and ask a model: by the number of a version, or by an alias. */
export function LoadPanel({ uris, signature }: LoadPanelProps) {
  const [uri, setUri] = useState(uris[0] ?? "");
  const [title, setTitle] = useState("Headwater");
  const here = uris.includes(uri) ? uri : (uris[0] ?? "");
  const ways = listLoadCode(serverUrl(), here, signature);
  const way = ways.find((one) => one.title === title) ?? ways[0];
  return (
    <section class={panels.panel} aria-labelledby="load-heading">
      <header class={css.loadHead}>
        <h2 id="load-heading">Load</h2>
        <div class="segments" role="group" aria-label="With">
          {ways.map((one) => (
            <button key={one.title} type="button" aria-pressed={one === way} onClick={() => setTitle(one.title)}>
              {one.title}
            </button>
          ))}
        </div>
        {uris.length > 1 && (
          <select class="field" aria-label="Model URI" value={here} onChange={(event) => setUri(event.currentTarget.value)}>
            {uris.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </header>
      {way && <Snippet label={`code for ${way.title}`} code={way.code} />}
    </section>
  );
}
