import { useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { askSeries } from "./ask";
import { ChartCard } from "./chart-card";
import { ChartDialog } from "./chart-dialog";
import { ChartToolbar } from "./chart-toolbar";
import css from "./charts.module.css";
import type { ChartRun } from "./lines";
import { type FieldChoice, listAxes } from "./fields";
import { groupRuns, type Values } from "./groups";
import { SeriesLoader, type AskSeries } from "./loader";
import { formatCount } from "./numbers";
import { makeRequest, MAX_RUNS } from "./request";
import { groupKeys, searchKeys, type Section } from "./sections";
import { useInView } from "./use-in-view";
import type { ChartView } from "./view";

const MAX_FACETS = 12;
const CARD_HEIGHT = 170;
const CARD_WIDTH = 320;
/** The most cards side by side, however wide the page. */
const MAX_ACROSS = 4;
/** More cards of a section are put into the page as the reader comes near its end. */
const CARDS_AT_ONCE = 200;
/** Sections behind so many others are closed at first, and come into the page as the reader comes near. */
const OPEN_SECTIONS = 20;
const SECTIONS_AT_ONCE = 60;

export interface ChartGridProps {
  readonly runs: readonly ChartRun[];
  /** The metrics to show, in any order. */
  readonly keys: readonly string[];
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  /** Grows when the runs changed: what is in view is read again and redrawn without a blink. */
  readonly revision?: number;
  /** The run under the pointer, here or elsewhere on the page. */
  readonly focused?: Signal<string>;
  /** What runs can be grouped and charts be faceted by. */
  readonly fields?: readonly FieldChoice[];
  /** What a field says of each run; null while that is being read. */
  readonly valuesOf?: (field: string) => Values | null;
  /** What reads the series; unless told otherwise, the server's metrics of the runs. */
  readonly ask?: AskSeries;
}

type GroupProps = Omit<ChartGridProps, "keys" | "fields" | "valuesOf" | "ask"> & {
  readonly groups: Values | null;
  readonly facets: readonly Facet[];
  readonly section: Section;
  readonly isHeadless: boolean;
  readonly isOpenAtFirst: boolean;
  readonly loader: SeriesLoader;
  readonly group: string;
  readonly focused: Signal<string>;
};

/** A part of the runs with charts of its own. */
interface Facet {
  readonly title: string;
  readonly runs: readonly ChartRun[];
}

function ChartSection({ section, isHeadless, isOpenAtFirst, loader, runs, view, onView, group, focused, groups, facets }: GroupProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const [most, setMost] = useState(CARDS_AT_ONCE);
  const title = section.name || "Metrics";
  return (
    <section class={css.section} aria-label={title} style={{ "--cards": section.keys.length * Math.max(1, facets.length) }}>
      {!isHeadless && (
        <h2>
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
              <path d="m5 3 6 5-6 5" />
            </svg>
            {title}
            <span class={css.count}>{formatCount(section.keys.length)}</span>
          </button>
        </h2>
      )}
      {isOpen && (
        <div class={css.cards}>
          {section.keys.slice(0, most).flatMap((name) => {
            const short = section.name ? name.slice(section.name.length + 1) : name;
            const items = [moveItem(name, view, onView)];
            const shared = { name, items, loader, view, onView, group, focused, groups, height: CARD_HEIGHT };
            if (facets.length === 0) return [<ChartCard key={name} {...shared} runs={runs} title={short} />];
            return facets.map((facet) => (
              <ChartCard key={`${name}\n${facet.title}`} {...shared} runs={facet.runs} scope={runs} title={`${short} · ${facet.title}`} />
            ));
          })}
          {section.keys.length > most && <More rest={section.keys.length - most} noun="charts" onMore={() => setMost(most + CARDS_AT_ONCE)} />}
        </div>
      )}
    </section>
  );
}

/** Bring the card of a metric before the others of its section, or back to its place. */
function moveItem(name: string, view: ChartView, onView: (view: ChartView) => void) {
  const others = view.first.filter((key) => key !== name);
  return others.length < view.first.length
    ? { label: "Move back to its place", act: () => onView({ ...view, first: others }) }
    : { label: "Move to the front", act: () => onView({ ...view, first: [name, ...others] }) };
}

interface MoreProps {
  readonly rest: number;
  readonly noun: string;
  readonly onMore: () => void;
}

/** Brings more into the page when it comes into view. */
function More({ rest, noun, onMore }: MoreProps) {
  const host = useRef<HTMLButtonElement>(null);
  const isInView = useInView(host);
  useEffect(() => {
    if (isInView) onMore();
  }, [isInView, rest]);
  return (
    <button type="button" class="button" ref={host} onClick={onMore}>
      {formatCount(rest)} more {noun}
    </button>
  );
}

/** Charts of metrics, one card each, under headings by prefix. */
export function ChartGrid(props: ChartGridProps) {
  const { runs, keys, view, onView, revision = 0, focused, fields = [], valuesOf, ask = askSeries } = props;
  const group = useId();
  const own = useSignal("");
  const loader = useRef<SeriesLoader | null>(null);
  const latest = useRef(ask);
  latest.current = ask;
  loader.current ??= new SeriesLoader((query, signal) => latest.current(query, signal));
  const shown = useMemo(() => searchKeys(keys, view.search), [keys, view.search]);
  const sections = useMemo(() => groupKeys(shown, view.first), [shown, view.first]);
  const axes = useMemo(() => listAxes(keys), [keys]);
  const groups = view.by ? (valuesOf?.(view.by) ?? null) : null;
  const byFacet = view.facet ? (valuesOf?.(view.facet) ?? null) : null;
  const facets = useMemo(() => (byFacet ? makeFacets(runs, byFacet, view.facet) : []), [runs, byFacet, view.facet]);
  // Few cards leave no room empty; one alone is not as wide as the page.
  const across = Math.min(MAX_ACROSS, Math.max(2, shown.length * Math.max(1, facets.length)));
  const { current } = loader;
  const [most, setMost] = useState(SECTIONS_AT_ONCE);

  useEffect(() => {
    current.aim(makeRequest(runs, view, CARD_WIDTH), revision);
  }, [current, runs, view, revision]);
  useEffect(() => () => current.stop(), [current]);

  const shared = { runs, view, onView, group, groups, focused: focused ?? own };
  return (
    <div class={css.grid} style={{ "--across": across }}>
      <ChartToolbar view={view} onView={onView} shown={shown.length} total={keys.length} axes={axes} fields={fields} />
      {runs.length > MAX_RUNS && (
        <p class={css.note}>
          The first {formatCount(MAX_RUNS)} of {formatCount(runs.length)} runs are drawn.
        </p>
      )}
      {facets.length > MAX_FACETS && (
        <p class={css.note}>
          The first {MAX_FACETS} of {formatCount(facets.length)} values have cards.
        </p>
      )}
      {sections.length === 0 && (
        <p class={css.nothing}>
          {keys.length === 0 ? "No metrics yet." : `No metric matches “${view.search}”.`}{" "}
          {keys.length > 0 && (
            <button type="button" class="button small" onClick={() => onView({ ...view, search: "" })}>
              Show all
            </button>
          )}
        </p>
      )}
      <div class={css.sections}>
        {sections.slice(0, most).map((section, index) => (
          <ChartSection
            key={section.name}
            {...shared}
            section={section}
            facets={facets.slice(0, MAX_FACETS)}
            isOpenAtFirst={index < OPEN_SECTIONS}
            isHeadless={sections.length === 1 && section.name === ""}
            loader={current}
          />
        ))}
      </div>
      {sections.length > most && (
        <More rest={sections.length - most} noun="sections" onMore={() => setMost(most + SECTIONS_AT_ONCE)} />
      )}
      {view.open && keys.includes(view.open) && <ChartDialog name={view.open} {...shared} revision={revision} ask={ask} />}
    </div>
  );
}

function makeFacets(runs: readonly ChartRun[], values: Values, field: string): Facet[] {
  const byId = new Map(runs.map((run) => [run.runId, run]));
  const name = field.slice(field.indexOf(".") + 1);
  return groupRuns([...byId.keys()], values).map((group) => ({
    title: `${name} = ${group.name}`,
    runs: group.runIds.flatMap((runId) => byId.get(runId) ?? []),
  }));
}
