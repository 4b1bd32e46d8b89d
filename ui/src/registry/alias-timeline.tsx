import { useMemo, useState } from "preact/hooks";
import { useQuery } from "../api/use-query";
import { formatAgo, formatCount, formatMoment } from "../lib/format";
import { useReady } from "../lib/use-ready";
import panels from "../panels/panels.module.css";
import { readLanes, type AliasSpan } from "./alias-spans";
import { listEvents } from "./registry-api";
import css from "./timeline.module.css";

const MOST = 1000;
const AT_FIRST = 8;

/** Which version had each alias when, as lanes over one axis of time. */
export function AliasTimeline({ name }: { readonly name: string }) {
  const { data } = useQuery({ key: ["registry", name, "alias-log"], ask: (signal) => listEvents(name, { most: MOST, actions: ["set_alias", "delete_alias"] }, signal) });
  const [isAll, setAll] = useState(false);
  const now = useMemo(() => Date.now(), [data]);
  const lanes = useMemo(() => readLanes(data?.items ?? [], now), [data, now]);
  const isReady = useReady(data !== undefined);
  if (!data || lanes.length === 0) return isReady ? null : <div data-holding />;
  const begin = Math.min(...lanes.flatMap(({ spans }) => spans.map(({ from }) => from)));
  const length = Math.max(1, now - begin);
  return (
    <section class={css.timeline} aria-labelledby="timeline-heading">
      <h2 id="timeline-heading">Aliases over time</h2>
      <ul class={css.lanes}>
        {(isAll ? lanes : lanes.slice(0, AT_FIRST)).map(({ alias, spans }) => (
          <li key={alias}>
            <span class={css.name} title={alias}>
              @{alias}
            </span>
            <ol class={css.lane}>
              {spans.map((span, index) => (
                <li
                  key={span.from}
                  title={describeSpan(span, now)}
                  data-odd={index % 2 === 1 || undefined}
                  data-now={span.isNow || undefined}
                  style={{ left: `${(100 * (span.from - begin)) / length}%`, width: `${(100 * (span.to - span.from)) / length}%` }}
                >
                  <span aria-hidden="true">{span.version}</span>
                  <span class="visually-hidden">{describeSpan(span, now)}</span>
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ul>
      <p class={css.axis} aria-hidden="true">
        <span title={formatMoment(begin)}>{formatAgo(begin, now)}</span>
        <span>now</span>
      </p>
      {!isAll && lanes.length > AT_FIRST && (
        <button type="button" class="button small quiet" onClick={() => setAll(true)}>
          Show all {formatCount(lanes.length)} aliases
        </button>
      )}
      {data.next && <p class={panels.hint}>Of the last {formatCount(MOST)} moves.</p>}
    </section>
  );
}

function describeSpan({ version, from, to, isNow, isEarlier, user, reason }: AliasSpan, now: number): string {
  const begin = isEarlier ? `before ${formatMoment(from)}` : formatMoment(from);
  const end = isNow ? "now" : formatMoment(to);
  return `version ${version}, ${begin} to ${end}${isNow ? ` (since ${formatAgo(from, now)})` : ""}${user && `, by ${user}`}${reason && `: ${reason}`}`;
}
