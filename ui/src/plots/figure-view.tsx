import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { resolveColor, themeVersion } from "../charts/theme";
import type { Figure, Hit, Refusal } from "./figure";
import type { Mode } from "./palette";
import css from "./plots.module.css";

const MAX_TIP_ROWS = 12;
/** About how high a row of a tip is, and what is around the rows. */
const TIP_ROW = 16;
const TIP_FRAME = 32;

export type FiguresModule = typeof import("./figures");
export type Build = (module: FiguresModule, width: number, height: number, mode: Mode) => Figure | Refusal;

let loaded: FiguresModule | null = null;

/** Load the drawing code when the first chart is wanted. */
export function useFigures(): FiguresModule | null {
  const [module, setModule] = useState(loaded);
  useEffect(() => {
    if (module) return;
    void import("./figures").then((found) => {
      loaded = found;
      setModule(found);
    });
  }, [module]);
  return module;
}

/** Whether the page is light or dark now. */
function readMode(): Mode {
  const [red = 255, green = 255, blue = 255] = (resolveColor("var(--bg)").match(/[\d.]+/g) ?? []).map(Number);
  return red + green + blue > 380 ? "light" : "dark";
}

export interface FigureViewProps {
  readonly build: Build;
  readonly height: number;
  readonly focused: Signal<string>;
  /** Is told of each figure that is drawn. */
  readonly onFigure: (figure: Figure | Refusal) => void;
  /** Pixels below which it is not squeezed: then it is scrolled. */
  readonly leastWidth?: number;
  /** What stands over the picture, such as the headings of axes. */
  readonly overlay?: (module: FiguresModule, width: number, height: number) => ComponentChildren;
}

/** A chart of runs on a canvas; what is under the pointer is told and brought to the front. */
export function FigureView({ build, height, focused, onFigure, overlay, leastWidth = 0 }: FigureViewProps) {
  const module = useFigures();
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<InstanceType<FiguresModule["Painter"]> | null>(null);
  const [width, setWidth] = useState(0);
  const [hit, setHit] = useState<Hit | null>(null);
  const theme = themeVersion.value;

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const figure = useMemo(
    () => (module && width > 40 ? build(module, width, height, readMode()) : null),
    [module, width, height, build, theme],
  );
  const scene = figure && "scene" in figure ? figure.scene : null;

  useEffect(() => {
    if (!module || !canvas.current || !scene) return undefined;
    painter.current ??= new module.Painter(canvas.current);
    painter.current.show(scene, resolveColor);
    return focused.subscribe((run) => painter.current?.focus(run, resolveColor));
  }, [module, scene, focused]);
  useEffect(() => {
    if (figure) onFigure(figure);
  }, [figure, onFigure]);

  const look = (found: Hit | null) => {
    setHit(found);
    if (focused.peek() !== (found?.run ?? "")) focused.value = found?.run ?? "";
  };
  const onMove = (event: PointerEvent) => {
    if (!figure || !("find" in figure) || event.buttons !== 0) return;
    const box = canvas.current?.getBoundingClientRect();
    if (box) look(figure.find(event.clientX - box.left, event.clientY - box.top));
  };

  const picture = (
    <div class={css.figure} ref={host} style={{ height: `${height}px`, minWidth: `${leastWidth}px` }}>
      {figure && "reason" in figure && <p class={css.refusal}>{figure.reason}</p>}
      <canvas
        ref={canvas}
        role={scene ? "img" : undefined}
        aria-label={figure && "sentence" in figure ? figure.sentence : undefined}
        hidden={!scene}
        data-drawn={scene ? scene.shapes.length : undefined}
        onPointerMove={onMove}
        onPointerLeave={() => look(null)}
      />
      {module && scene && overlay?.(module, width, height)}
      {hit && <Tip {...{ hit, width, height }} />}
    </div>
  );
  if (leastWidth === 0) return picture;
  const scrolling = width > 0 && width <= leastWidth ? { tabIndex: 0, role: "group", "aria-label": "Picture, to be scrolled" } as const : {};
  return (
    <div class={css.scroller} {...scrolling}>
      {picture}
    </div>
  );
}

function Tip({ hit, width, height }: { readonly hit: Hit; readonly width: number; readonly height: number }) {
  const isRight = hit.x < width / 2;
  const rows = hit.rows.slice(0, MAX_TIP_ROWS);
  const half = (TIP_FRAME + TIP_ROW * (rows.length + Number(rows.length < hit.rows.length))) / 2;
  const y = 2 * half < height ? Math.min(height - half, Math.max(half, hit.y)) : hit.y;
  return (
    <div class={css.tip} aria-hidden="true" data-side={isRight ? "right" : "left"} style={{ "--x": `${hit.x}px`, "--y": `${y}px` }}>
      <b>{hit.title}</b>
      {rows.map(([name, value]) => (
        <div key={name}>
          <span>{name}</span>
          <span>{value}</span>
        </div>
      ))}
      {rows.length < hit.rows.length && <span>{`and ${hit.rows.length - rows.length} more`}</span>}
    </div>
  );
}
