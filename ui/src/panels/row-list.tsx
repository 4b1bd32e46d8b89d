import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import css from "./panels.module.css";
import { contentHeight, findRows, scrollTo } from "./scroll-scale";

const SPARE = 12;
const NEAR_END = 24;

export interface RowListProps {
  readonly label: string;
  readonly count: number;
  readonly rowHeight: number;
  readonly row: (index: number) => ComponentChildren;
  /** The row to bring into view, or -1; a new `targetStamp` brings it into view again. */
  readonly target?: number;
  readonly targetStamp?: number;
  /** Whether the end stays in view while rows are added. */
  readonly isFollowing?: boolean;
  /** Told when the reader scrolls: whether the end is in view now. */
  readonly onEnd?: (isAtEnd: boolean) => void;
  /** Told which rows are drawn. */
  readonly onRows?: (from: number, to: number) => void;
}

/** Rows of one height, of which only those in view are in the page, be there millions. */
export function RowList(props: RowListProps) {
  const { label, count, rowHeight, row, target = -1, targetStamp = 0, isFollowing = false, onEnd, onRows } = props;
  const host = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ top: 0, height: 600 });
  const told = useRef({ onEnd, isSteered: false });
  told.current.onEnd = onEnd;
  const frame = { count, rowHeight, viewHeight: place.height };

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const measure = () => setPlace({ top: element.scrollTop, height: element.clientHeight });
    const scrolled = () => {
      measure();
      if (told.current.isSteered) told.current.isSteered = false;
      else told.current.onEnd?.(element.scrollTop + element.clientHeight >= element.scrollHeight - NEAR_END);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", scrolled);
    };
  }, []);
  const steer = (top: number) => {
    const element = host.current;
    if (!element || Math.abs(element.scrollTop - top) < 1) return;
    told.current.isSteered = true;
    element.scrollTop = top;
  };
  useLayoutEffect(() => {
    if (isFollowing && host.current) steer(host.current.scrollHeight - host.current.clientHeight);
  }, [isFollowing, count, place.height]);
  useLayoutEffect(() => {
    if (target >= 0) steer(scrollTo({ ...frame, viewHeight: host.current?.clientHeight ?? place.height }, target));
  }, [target, targetStamp]);

  const { from, to, top } = findRows(frame, place.top, SPARE);
  useEffect(() => onRows?.(from, to), [from, to, onRows]);
  return (
    <div class={css.rows} ref={host} tabIndex={0} role="region" aria-label={label}>
      <div class={css.rowsContent} style={{ height: `${contentHeight(frame)}px` }}>
        <div class={css.rowsWindow} style={{ transform: `translateY(${top}px)` }}>
          {Array.from({ length: Math.max(0, to - from) }, (_, index) => row(from + index))}
        </div>
      </div>
    </div>
  );
}
