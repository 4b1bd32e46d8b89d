import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import css from "./runs.module.css";

const KEY = "headwater.split";
const STEP = 4;

/** Two panes and a bar between them that is dragged, or moved with the arrow keys. */
export function Split({ left, right }: { readonly left: ComponentChildren; readonly right: ComponentChildren }) {
  const host = useRef<HTMLDivElement>(null);
  const [share, setShare] = useState(() => clamp(Number(localStorage.getItem(KEY) ?? 54)));
  const move = (wanted: number) => {
    const next = clamp(wanted);
    setShare(next);
    localStorage.setItem(KEY, String(next));
  };
  const drag = (event: PointerEvent) => {
    if (event.buttons !== 1 || !host.current) return;
    const { left: start, width } = host.current.getBoundingClientRect();
    move(((event.clientX - start) / width) * 100);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    move(share + (event.key === "ArrowLeft" ? -STEP : STEP));
  };
  return (
    <div ref={host} class={css.split} style={{ gridTemplateColumns: `minmax(0, ${share}fr) 5px minmax(0, ${100 - share}fr)` }}>
      {left}
      <div
        class={css.divider}
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the table"
        aria-valuemin={20}
        aria-valuemax={80}
        aria-valuenow={Math.round(share)}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={onKeyDown}
      />
      {right}
    </div>
  );
}

function clamp(share: number): number {
  return Number.isFinite(share) ? Math.min(80, Math.max(20, share)) : 54;
}
