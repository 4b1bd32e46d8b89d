import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { findRows } from "../panels/scroll-scale";
import { formatBytes } from "../preview/bytes";
import css from "./artifacts.module.css";
import { listRows, moveBy, type Entry, type Folders, type Row } from "./tree";

export interface ArtifactTreeProps {
  readonly folders: Folders;
  readonly open: ReadonlySet<string>;
  readonly chosen: string;
  readonly filter: string;
  readonly onOpen: (path: string, isOpen: boolean) => void;
  readonly onChoose: (entry: Entry) => void;
}

const ROW_HEIGHT = 26;
const SPARE = 20;

/** Which rows of the tree are in the page: all of a short one, those in view of a long one. */
function useWindow(host: { readonly current: HTMLElement | null }, count: number) {
  const [place, setPlace] = useState({ top: 0, height: 800 });
  const isThere = count > 0;
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const measure = () => setPlace({ top: element.scrollTop, height: element.clientHeight || 800 });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [isThere]);
  return findRows({ count, rowHeight: ROW_HEIGHT, viewHeight: place.height }, place.top, SPARE);
}

function Icon({ row }: { readonly row: Row }) {
  const shape = row.entry.isFolder ? "M1.5 3.5h4l1.5 2h7.5v7h-13z" : "M3.5 1.5h6l3 3v10h-9z";
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={shape} />
    </svg>
  );
}

function keepInView(index: number, { scrollTop, clientHeight }: HTMLElement): number {
  const top = index * ROW_HEIGHT;
  if (top < scrollTop) return top;
  return top + ROW_HEIGHT > scrollTop + clientHeight ? top + ROW_HEIGHT - clientHeight : scrollTop;
}

/** The files of a run, to walk through by mouse and keys. */
export function ArtifactTree({ folders, open, chosen, filter, onOpen, onChoose }: ArtifactTreeProps) {
  const rows = listRows(folders, open, filter);
  const [focused, setFocused] = useState("");
  const tree = useRef<HTMLUListElement>(null);
  const current = Math.max(0, rows.findIndex((row) => row.entry.path === (focused || chosen)));

  const { from, to } = useWindow(tree, rows.length);
  const wanted = useRef("");
  useLayoutEffect(() => {
    if (!wanted.current) return;
    const item = [...(tree.current?.children ?? [])].find((one) => one instanceof HTMLElement && one.title === wanted.current);
    if (!(item instanceof HTMLElement)) return;
    wanted.current = "";
    item.focus();
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moveBy(event.key, rows, current);
    if (!move) return;
    event.preventDefault();
    if (move.kind === "choose") onChoose(move.entry);
    else if (move.kind !== "focus") onOpen(move.path, move.kind === "open");
    else {
      wanted.current = rows[move.index]?.entry.path ?? "";
      setFocused(wanted.current);
      tree.current?.scrollTo({ top: keepInView(move.index, tree.current) });
    }
  };
  if (rows.length === 0) return <p class={css.hint}>Nothing read so far matches “{filter}”.</p>;
  return (
    <ul class={css.tree} role="tree" aria-label="Artifacts" ref={tree} onKeyDown={onKeyDown}>
      {from > 0 && <li role="presentation" class={css.gap} style={{ height: `${from * ROW_HEIGHT}px` }} />}
      {rows.slice(from, to).map((row, place) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the tree listens to the keys of its items
        <li
          key={row.entry.path}
          role="treeitem"
          aria-level={row.level}
          aria-posinset={row.position}
          aria-setsize={row.siblings}
          aria-selected={row.entry.path === chosen}
          {...(row.entry.isFolder ? { "aria-expanded": row.isOpen } : {})}
          tabIndex={from + place === current ? 0 : -1}
          style={{ "--level": row.level }}
          title={row.entry.path}
          onFocus={() => setFocused(row.entry.path)}
          onClick={() => {
            setFocused(row.entry.path);
            onChoose(row.entry);
          }}
        >
          <span class={css.arrow} aria-hidden="true">
            {row.entry.isFolder ? (row.isOpen ? "▾" : "▸") : ""}
          </span>
          <Icon row={row} />
          <span class={css.name}>{row.name}</span>
          <span class={css.size}>{row.isPending ? "…" : row.entry.isFolder ? "" : formatBytes(row.entry.size)}</span>
        </li>
      ))}
      {to < rows.length && <li role="presentation" class={css.gap} style={{ height: `${(rows.length - to) * ROW_HEIGHT}px` }} />}
    </ul>
  );
}
