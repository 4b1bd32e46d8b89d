import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Lineage } from "../api/schema";
import { hrefOf } from "../lib/location";
import { useReady } from "../lib/use-ready";
import panels from "../panels/panels.module.css";
import { Failure } from "../shell/notice";
import { plural } from "../lib/format";
import { describeEdges, drawLineage, KINDS, pageOfNode, type Drawing, type PlacedNode } from "./lineage";
import css from "./registry.module.css";

const AT_FIRST = 6;
const EDGE_ROOM = 2;

interface LineagePanelProps {
  readonly lineage: Lineage | undefined;
  readonly error: Error | null;
  readonly onRetry: () => void;
}

/** What led to the version, and what came of it. */
export function LineagePanel({ lineage, error, onRetry }: LineagePanelProps) {
  const [isAll, setAll] = useState(false);
  const isReady = useReady(lineage !== undefined || error !== null);
  return (
    <section class={panels.panel} aria-labelledby="lineage-heading" data-holding={!isReady || undefined}>
      <header>
        <h2 id="lineage-heading">Lineage</h2>
      </header>
      {error && !lineage && <Failure error={error} onRetry={onRetry} isSlim />}
      {!lineage && !error && <p class={panels.hint}>Reading…</p>}
      {lineage && <Graph lineage={lineage} most={isAll ? lineage.nodes.length : AT_FIRST} onAll={() => setAll(true)} />}
    </section>
  );
}

function Graph({ lineage, most, onAll }: { readonly lineage: Lineage; readonly most: number; readonly onAll: () => void }) {
  const host = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setRoom(element.clientWidth));
    observer.observe(element);
    setRoom(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  const drawing = drawLineage(lineage, most, room - 2 * EDGE_ROOM);
  const { nodes, edges, hidden, cardWidth, cardHeight, width, height } = drawing;
  useEffect(() => {
    const root = nodes.find(({ node }) => node.id === lineage.root);
    if (!root || !host.current) return;
    host.current.scrollLeft = root.x - (host.current.clientWidth - cardWidth) / 2;
    host.current.scrollTop = root.y - (host.current.clientHeight - cardHeight) / 2;
  }, [lineage.root, room === 0, most]);
  return (
    <>
      <div ref={host} class={css.lineage} tabIndex={0} role="region" aria-label="Lineage graph">
        <div class={css.canvas} style={{ width: `${width + 2 * EDGE_ROOM}px`, height: `${height + 2 * EDGE_ROOM}px` }}>
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            {edges.map(({ edge, path }) => (
              <path key={`${edge.source} ${edge.target} ${edge.kind}`} d={path} data-near={edge.source === lineage.root || edge.target === lineage.root || undefined} />
            ))}
          </svg>
          <ol>
            {nodes.map((placed) => (
              <Card key={placed.node.id} placed={placed} drawing={drawing} isRoot={placed.node.id === lineage.root} edges={describeEdges(placed.node.id, lineage)} />
            ))}
          </ol>
        </div>
      </div>
      {hidden.size > 0 && (
        <p class={panels.hint}>
          Not drawn: {[...hidden].map(([kind, count]) => plural(count, KINDS[kind], KINDS[kind] === "alias" ? "aliases" : undefined)).join(", ")}.{" "}
          <button type="button" class="button small quiet" onClick={onAll}>
            Draw all
          </button>
        </p>
      )}
      {lineage.truncated && <p class={panels.hint}>The graph is larger than what the server sends: it ends here.</p>}
    </>
  );
}

interface CardProps {
  readonly placed: PlacedNode;
  readonly drawing: Drawing;
  readonly isRoot: boolean;
  readonly edges: string;
}

function Card({ placed: { node, x, y }, drawing: { cardWidth, cardHeight, isCompact }, isRoot, edges }: CardProps) {
  const page = isRoot ? "" : pageOfNode(node);
  const isHere = node.is_here !== false;
  const facts = Object.entries(node.facts ?? {}).map(([key, value]) => `${key}: ${value}`);
  const place = { left: `${x + EDGE_ROOM}px`, top: `${y + EDGE_ROOM}px`, width: `${cardWidth}px`, height: `${cardHeight}px` };
  return (
    <li class={css.card} style={place} data-root={isRoot || undefined} data-gone={!isHere || undefined} data-compact={isCompact || undefined} title={[node.label, ...facts].join("\n")}>
      <span class={css.kind}>
        {KINDS[node.kind]}
        {!isHere && " · not here"}
      </span>
      {page ? (
        <a href={hrefOf(page)}>{node.label}</a>
      ) : (
        <span class={css.label} aria-current={isRoot ? "true" : undefined}>
          {node.label}
        </span>
      )}
      {edges && <span class="visually-hidden">{edges}</span>}
    </li>
  );
}
