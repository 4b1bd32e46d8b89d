import type { CompareRunsResponse } from "../api/schema";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ChartRun } from "../charts/lines";
import { Swatch } from "../charts/swatch";
import { formatCount, plural } from "../lib/format";
import { isLessBetter } from "../runs/columns";
import css from "./compare.module.css";
import { PatchPanel } from "./patch-panel";
import { describeDelta, type Cell, type DiffRow, type DiffSection, listPatches, makeSections, summarize } from "./rows";
import type { CompareState } from "./state";
import { diffWords } from "./word-diff";

/** So many runs have a column of their own; the summary is over all. */
const MAX_COLUMNS = 50;
const MAX_ROWS = 200;
const LONG = 24;
/** A column is no narrower than this, by the style sheet; those out of sight are made when they are scrolled to. */
const LEAST_COLUMN = 96;
const MORE_COLUMNS = 10;

interface DiffTabProps {
  readonly answer: CompareRunsResponse;
  readonly runs: readonly ChartRun[];
  readonly state: CompareState;
  readonly onState: (part: Partial<CompareState>) => void;
}

/** What differs between the runs, and with a switch what does not. */
export function DiffTab({ answer, runs, state, onState }: DiffTabProps) {
  const sections = useMemo(() => makeSections(answer), [answer]);
  const patches = useMemo(() => listPatches(answer), [answer]);
  const most = Math.min(runs.length, MAX_COLUMNS);
  const { scroller, columns, onScroll } = useColumnsInSight(most);
  const shown = runs.slice(0, columns);
  const needle = state.find.trim().toLowerCase();
  const visible = sections
    .map((section) => ({ ...section, rows: section.rows.filter((row) => (state.showsAll || !row.isSame) && row.name.toLowerCase().includes(needle)) }))
    .filter(({ rows }) => rows.length > 0);
  const differing = sections.reduce((sum, section) => sum + section.differing, 0);
  return (
    <>
      <div class={css.tools}>
        <label class={css.check}>
          <input type="checkbox" checked={!state.showsAll} onChange={() => onState({ showsAll: !state.showsAll })} />
          Only differences
        </label>
        <input
          type="search"
          class="field"
          placeholder="Find rows"
          aria-label="Find rows by name"
          value={state.find}
          onInput={(event) => onState({ find: event.currentTarget.value })}
        />
        <span class="muted" role="status">
          {runs.length < 2 ? "Add a second run to see differences." : `${plural(differing, "row")} differ`}
          {runs.length > MAX_COLUMNS && ` · columns for the first ${MAX_COLUMNS} of ${formatCount(runs.length)} runs, “over all” is over all of them`}
        </span>
      </div>
      {visible.length === 0 && (
        <p class={css.nothing}>
          {needle ? "No row of that name." : runs.length < 2 ? "" : "These runs have the same parameters, metrics, tags, data, code and environment."}
        </p>
      )}
      {visible.length > 0 && (
        <div ref={scroller} class={css.scroller} tabIndex={0} role="region" aria-label="Differences" onScroll={onScroll}>
          <table class={css.diff} aria-colcount={1 + most + Number(runs.length > MAX_COLUMNS)}>
            <thead>
              <tr>
                <th scope="col">
                  <span class="visually-hidden">Name</span>
                </th>
                {runs.length > MAX_COLUMNS && <th scope="col">over all</th>}
                {shown.map((run, index) => (
                  <th key={run.runId} scope="col">
                    <Swatch color={run.color} dash={run.dash} /> {run.name}
                    {index === 0 && <span class={css.baseline}>baseline</span>}
                  </th>
                ))}
              </tr>
            </thead>
            {visible.map((section) => (
              <Section key={section.title} section={section} all={sections} columns={shown.length} hasSummary={runs.length > MAX_COLUMNS} />
            ))}
          </table>
        </div>
      )}
      {patches.length > 0 && <PatchPanel patches={patches} runs={runs} />}
    </>
  );
}

/** How many of the columns to make: those in sight, and some to the right of them. */
function useColumnsInSight(most: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [columns, setColumns] = useState(() => Math.ceil(innerWidth / LEAST_COLUMN) + 1);
  const onScroll = () => {
    const element = scroller.current;
    if (!element || columns >= most) return;
    if (element.scrollLeft + 1.5 * element.clientWidth > element.scrollWidth) setColumns(columns + MORE_COLUMNS);
  };
  const latest = useRef(onScroll);
  latest.current = onScroll;
  useEffect(() => {
    const onResize = () => latest.current();
    addEventListener("resize", onResize);
    return () => removeEventListener("resize", onResize);
  }, []);
  return { scroller, columns: Math.min(most, columns), onScroll };
}

interface SectionProps {
  readonly section: DiffSection;
  readonly all: readonly DiffSection[];
  readonly columns: number;
  readonly hasSummary: boolean;
}

function Section({ section, all, columns, hasSummary }: SectionProps) {
  const [most, setMost] = useState(MAX_ROWS);
  const [isOpen, setOpen] = useState(true);
  const whole = all.find(({ title }) => title === section.title) ?? section;
  return (
    <tbody>
      <tr class={css.sectionHead}>
        <th scope="rowgroup" colSpan={columns + 1 + Number(hasSummary)}>
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
              <path d="m5 3 6 5-6 5" />
            </svg>
            {section.title}
            <span>
              {formatCount(whole.differing)} of {formatCount(whole.rows.length)} differ
            </span>
          </button>
        </th>
      </tr>
      {isOpen && section.rows.slice(0, most).map((row) => <Row key={row.name} row={row} columns={columns} hasSummary={hasSummary} isMetric={section.title === "Metrics"} />)}
      {isOpen && section.rows.length > most && (
        <tr>
          <td colSpan={columns + 1 + Number(hasSummary)}>
            <button type="button" class="button small" onClick={() => setMost(most + 10 * MAX_ROWS)}>
              {plural(section.rows.length - most, "more row")}
            </button>
          </td>
        </tr>
      )}
    </tbody>
  );
}

interface RowProps {
  readonly row: DiffRow;
  readonly columns: number;
  readonly hasSummary: boolean;
  readonly isMetric: boolean;
}

function Row({ row, columns, hasSummary, isMetric }: RowProps) {
  const [base] = row.cells;
  const isLess = isMetric && isLessBetter(row.name);
  return (
    <tr data-same={row.isSame || undefined}>
      <th scope="row" title={row.name}>
        {row.name}
      </th>
      {hasSummary && <td class={css.number}>{summarize(row)}</td>}
      {row.cells.slice(0, columns).map((cell, index) => (
        <td key={index} class={row.isNumeric ? css.number : undefined} title={cell.full} data-differs={(base !== undefined && index > 0 && cell.full !== base.full) || undefined}>
          {row.isNumeric ? <NumberCell {...{ cell, isMetric, isLess }} base={index > 0 ? base : undefined} write={row.write} /> : <TextCell cell={cell} base={index > 0 ? base : undefined} />}
        </td>
      ))}
    </tr>
  );
}

interface CellProps {
  readonly cell: Cell;
  readonly base: Cell | undefined;
}

type NumberCellProps = CellProps & Pick<DiffRow, "write"> & { readonly isMetric: boolean; readonly isLess: boolean };

function NumberCell({ cell, base, write, isMetric, isLess }: NumberCellProps) {
  if (cell.text === null) return <span class="muted">–</span>;
  const delta = base ? describeDelta(cell.value, base.value, write) : null;
  const isBetter = delta && (delta.direction === "down") === isLess;
  const tone = delta && isMetric ? (isBetter ? "better" : "worse") : undefined;
  return (
    <>
      <span class={css.value}>{cell.text}</span>{" "}
      {delta && (
        <small data-tone={tone}>
          <span aria-hidden="true">{delta.direction === "up" ? "▲" : "▼"}</span> {delta.text}
          {tone && <span class="visually-hidden"> {tone}</span>}
        </small>
      )}
    </>
  );
}

function TextCell({ cell, base }: CellProps) {
  if (cell.text === null) return <span class="muted">–</span>;
  const isLong = cell.full.length > LONG && (base?.full.length ?? 0) > LONG && /\s/.test(cell.full);
  if (!base || !isLong || cell.full === base.full) return <span class={css.text}>{cell.text || '""'}</span>;
  return (
    <span class={css.text}>
      {diffWords(base.full, cell.full).map(({ kind, text }, index) => {
        if (kind === "same") return <span key={index}>{text}</span>;
        return kind === "added" ? <ins key={index}>{text}</ins> : <del key={index}>{text}</del>;
      })}
    </span>
  );
}
