import { useState } from "preact/hooks";
import { addressOf } from "../artifacts/artifacts-api";
import { hrefOf } from "../lib/location";
import { Markdown } from "../preview/markdown";
import { ChartBlockView } from "./chart-block";
import type { Block } from "./report";
import css from "./reports.module.css";
import { RunsBlockView } from "./runs-block";
import { ViewBlockView } from "./view-block";

/** A block as it is read. */
export function BlockView({ block }: { readonly block: Block }) {
  switch (block.type) {
    case "markdown":
      return block.text.trim() ? <Markdown text={block.text} /> : <p class="muted">No text yet.</p>;
    case "runs":
      return <RunsBlockView block={block} />;
    case "chart":
      return <ChartBlockView block={block} />;
    case "view":
      return <ViewBlockView block={block} />;
    case "image":
      return block.runId && block.path ? (
        <figure class={css.figure}>
          <Picture address={addressOf(block.runId, block.path)} title={block.caption || block.path} />
          <figcaption>
            {block.caption}{" "}
            <a class="link" href={hrefOf(`/runs/${block.runId}/artifacts/${block.path.split("/").map(encodeURIComponent).join("/")}`)}>
              {block.path}
            </a>
          </figcaption>
        </figure>
      ) : (
        <p class="muted">Name a run and the path of an image among its artifacts.</p>
      );
  }
}

function Picture({ address, title }: { readonly address: string; readonly title: string }) {
  const [failed, setFailed] = useState("");
  if (failed === address) return <p class="muted">The picture cannot be shown: it is not there, or you may not read its run.</p>;
  return <img src={address} alt={title} loading="lazy" onError={() => setFailed(address)} />;
}
