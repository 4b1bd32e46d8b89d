import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { AnsiText } from "./ansi-text";
import css from "./preview.module.css";

const ROW = 18;
const SPARE = 40;

/** Which lines are to be drawn for a scroll position. */
export function findWindow(top: number, height: number, count: number): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.floor(top / ROW) - SPARE);
  return { from, to: Math.min(count, Math.ceil((top + height) / ROW) + SPARE) };
}

export interface LineListProps {
  readonly name: string;
  readonly lines: readonly string[];
  /** The same lines as highlighted HTML, or null. */
  readonly html: readonly string[] | null;
  /** The line to bring into view, or -1. */
  readonly marked: number;
  readonly found: ReadonlySet<number>;
  /** Return the address of a line. */
  readonly hrefOf: (index: number) => string;
  readonly onChoose: (index: number) => void;
}

/** Lines of text with numbers, of which only those in view are in the page. */
export function LineList({ name, lines, html, marked, found, hrefOf, onChoose }: LineListProps) {
  const host = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const measure = () => setPlace({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  useEffect(() => {
    if (marked >= 0) host.current?.scrollTo({ top: Math.max(0, marked * ROW - 100) });
  }, [marked]);
  const { from, to } = findWindow(place.top, place.height, lines.length);
  const digits = String(lines.length).length;
  const row = (index: number): ComponentChildren => {
    const coloured = html?.[index];
    return (
      <div key={index} class={css.line} data-found={found.has(index)} data-marked={index === marked}>
        <a
          class={css.number}
          style={{ width: `${digits + 2}ch` }}
          href={hrefOf(index)}
          tabIndex={-1}
          aria-label={`Line ${index + 1}`}
          onClick={(event) => {
            event.preventDefault();
            onChoose(index);
          }}
        >
          {index + 1}
        </a>
        {coloured === undefined ? (
          <code>
            <AnsiText line={lines[index] ?? ""} />
          </code>
        ) : (
          <code dangerouslySetInnerHTML={{ __html: coloured }} />
        )}
      </div>
    );
  };
  return (
    <div class={css.lines} ref={host} tabIndex={0} role="region" aria-label={`Text of ${name}`}>
      <div style={{ height: `${lines.length * ROW}px`, paddingTop: `${from * ROW}px` }}>
        {Array.from({ length: Math.max(0, to - from) }, (_, index) => row(from + index))}
      </div>
    </div>
  );
}
