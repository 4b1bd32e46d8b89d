import { useId, useState } from "preact/hooks";
import { callNative } from "../api/client";
import type { ListValuesResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatCount, formatDuration, formatMoment, formatNumber } from "../lib/format";
import { joinClauses, readOneOf, readRange, replaceClauses, splitClauses, writeOneOf, writeRange } from "./clauses";
import css from "./facet.module.css";
import { quoteKey } from "./tokens";

const BINS = 40;
const SHOWN = 100;
/** So many numbers can be chosen one by one, too. */
const FEW = 20;
const HOUR_MS = 3_600_000;
const SPANS: readonly (readonly [string, number])[] = [
  ["Last hour", HOUR_MS],
  ["Last 24 hours", 24 * HOUR_MS],
  ["Last 7 days", 168 * HOUR_MS],
  ["Last 30 days", 720 * HOUR_MS],
];

export interface FacetProps {
  readonly experimentIds: readonly string[];
  /** The column as the server names it; the language may write it otherwise, as `dataset.name`. */
  readonly column: string;
  readonly title: string;
  readonly search: string;
  readonly onSearch: (search: string) => void;
}

/** The values of a column to choose from, or the range of its numbers to narrow; both change the search. */
export function Facet(props: FacetProps) {
  const { experimentIds, column, title } = props;
  const [typed, setTyped] = useState("");
  const { data } = useQuery<ListValuesResponse>({
    key: ["values", experimentIds.join(), column, typed, BINS],
    ask: (signal) =>
      callNative("values/list", { experiment_ids: experimentIds, key: column, contains: typed, limit: SHOWN, bins: BINS }, signal),
  });
  const isNumeric = data?.histogram !== undefined && data.histogram !== null;
  const hasValues = data !== undefined && (!isNumeric || (data.values.length > 0 && data.total <= FEW));
  return (
    <div class={css.facet}>
      <h3>{title}</h3>
      {column === "attributes.start_time" && <Spans {...props} />}
      {data && isNumeric && <Range {...props} data={data} />}
      {hasValues && (
        <>
          {(data.total > SHOWN || typed) && (
            <input class="field" type="search" aria-label={`Search values of ${title}`} placeholder="Search values" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          )}
          <Values {...props} data={data} />
        </>
      )}
    </div>
  );
}

type LoadedProps = FacetProps & { readonly data: ListValuesResponse };

/** Return the column as the language writes it. */
export function languageOf(column: string): string {
  return column.replace(/^datasets\./, "dataset.");
}

function Values({ column, search, onSearch, data }: LoadedProps) {
  const wanted = languageOf(column);
  const chosen = readOneOf(search, wanted);
  const toggle = (value: string) => {
    const next = chosen.includes(value) ? chosen.filter((known) => known !== value) : [...chosen, value];
    const rest = splitClauses(search).filter((clause) => !readOneOf(clause, wanted).length);
    onSearch(joinClauses([...rest, ...writeOneOf(wanted, next)]));
  };
  const shown = data.values.filter(({ value }) => !(value.includes("'") && value.includes('"')));
  return (
    <ul class={css.values}>
      {shown.map(({ value, runs }) => (
        <li key={value}>
          <label>
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
            <span title={value}>{value || "(empty)"}</span>
            <small>{formatCount(runs)}</small>
          </label>
        </li>
      ))}
      {shown.length === 0 && <li class="muted">No values.</li>}
      {data.total > shown.length && <li class="muted">{formatCount(data.total - shown.length)} more: search to see them.</li>}
    </ul>
  );
}

function Range({ column, title, search, onSearch, data }: LoadedProps) {
  const id = useId();
  const { min, max, counts } = data.histogram ?? { min: 0, max: 0, counts: [] };
  const bounds = readRange(search, column);
  const [low, setLow] = useState(bounds.low ?? Number(min));
  const [high, setHigh] = useState(bounds.high ?? Number(max));
  const step = (Number(max) - Number(min)) / 200 || 1;
  const most = Math.max(1, ...counts);
  const apply = (from: number, to: number) => {
    const round = isTime(column) || isSpan(column) ? Math.round : tidy;
    const clauses = writeRange(column, from > Number(min) ? round(from) : null, to < Number(max) ? round(to) : null);
    onSearch(replaceClauses(search, quoteKey(column), clauses));
  };
  const write = writerOf(column);
  const slider = (label: string, value: number, set: (value: number) => void, isLow: boolean) => (
    <label class={css.slider} data-wide={isTime(column) || undefined}>
      {label}
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={write(value)}
        onInput={(event) => set(Number(event.currentTarget.value))}
        onChange={(event) => {
          const moved = Number(event.currentTarget.value);
          apply(isLow ? moved : low, isLow ? high : moved);
        }}
      />
      <output>{write(value)}</output>
    </label>
  );
  return (
    <div class={css.range}>
      <div class={css.bars} role="img" aria-labelledby={`${id}-words`}>
        {counts.map((count, bin) => {
          const center = Number(min) + ((bin + 0.5) * (Number(max) - Number(min))) / counts.length;
          return <span key={bin} data-out={center < low || center > high || undefined} style={{ height: `${Math.max(count > 0 ? 6 : 0, (count / most) * 100)}%` }} title={`${formatCount(count)} runs about ${write(center)}`} />;
        })}
      </div>
      <p id={`${id}-words`} class="visually-hidden">
        {`${title}: ${formatCount(data.runs)} runs from ${write(Number(min))} to ${write(Number(max))}`}
      </p>
      {slider("At least", low, (value) => setLow(Math.min(value, high)), true)}
      {slider("At most", high, (value) => setHigh(Math.max(value, low)), false)}
    </div>
  );
}

function Spans({ search, onSearch }: FacetProps) {
  const key = "attributes.start_time";
  const isSet = readRange(search, key).low !== null;
  return (
    <div class={css.spans}>
      {SPANS.map(([name, ms]) => (
        <button key={name} type="button" class="button small" onClick={() => onSearch(replaceClauses(search, key, writeRange(key, Date.now() - ms, null)))}>
          {name}
        </button>
      ))}
      {isSet && (
        <button type="button" class="button small quiet" onClick={() => onSearch(replaceClauses(search, key, []))}>
          Any time
        </button>
      )}
    </div>
  );
}

function isTime(column: string): boolean {
  return column === "attributes.start_time" || column === "attributes.end_time";
}

function isSpan(column: string): boolean {
  return column === "attributes.duration";
}

function writerOf(column: string): (value: number) => string {
  if (isTime(column)) return formatMoment;
  return isSpan(column) ? formatDuration : formatNumber;
}

/** Round to what a slider can mean. */
function tidy(value: number): number {
  return Number(value.toPrecision(6));
}
