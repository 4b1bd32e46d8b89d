import { me } from "../access/session";
import { ApiError } from "../api/client";
import type { ModelVersion, VersionComparison } from "../api/schema";
import { useQuery } from "../api/use-query";
import { put } from "../lib/codec";
import { formatAgo, formatMoment } from "../lib/format";
import { hrefOf, query, setQuery } from "../lib/location";
import panels from "../panels/panels.module.css";
import { useChrome } from "../shell/chrome";
import { Failure } from "../shell/notice";
import css from "./diff.module.css";
import { DiffManyPage } from "./diff-many-page";
import { MetricsDiff, PartDiff, SignatureDiffPanel } from "./diff-parts";
import { listParts } from "./diff";
import { Missing } from "./missing";
import { modelPage, runPage, versionPage } from "./places";
import { compareVersions, searchVersions, versionsOf } from "./registry-api";
import registry from "./registry.module.css";
import { RowSkeleton } from "./row-skeleton";
import { NO_STAGE } from "./versions";

const MOST = 11;

/** Versions of a model beside each other: what differs, and whether the new ones can take the old one's place. */
export function DiffPage({ name }: { readonly name: string }) {
  const old = query.value.get("a") ?? "";
  const versions = [...new Set((query.value.get("b") ?? "").split(","))].filter((version) => version !== "" && version !== old);
  if (versions.length > 1) return <DiffManyPage name={name} old={old} versions={versions.slice(0, MOST)} />;
  return <PairPage name={name} old={old} version={query.value.get("b") ?? ""} />;
}

function PairPage({ name, old, version }: { readonly name: string; readonly old: string; readonly version: string }) {
  const isAll = query.value.get("all") === "1";
  useChrome(`${name} · ${old} and ${version}`, [
    { text: "Models", page: "/models" },
    { text: name, page: modelPage(name) },
    { text: `Versions ${old} and ${version}` },
  ]);
  const { data, error, refetch, isPlaceholderData } = useQuery({
    key: ["registry", name, "diff", old, version, isAll],
    ask: (signal) => compareVersions(name, old, version, isAll, signal),
  });
  if (error instanceof ApiError && (error.status === 404 || error.status === 400)) {
    return <Missing title="Versions not found" message={error.message} />;
  }
  if (!data) return error ? <Failure title="The versions cannot be shown" error={error} onRetry={() => void refetch()} /> : <RowSkeleton label="Comparing the versions" isPage />;
  return (
    <div class={panels.page}>
      <DiffHeader name={name} old={old} version={version} isAll={isAll} />
      {error && <Failure error={error} onRetry={() => void refetch()} isSlim />}
      <div class={`${panels.content} ${css.parts}`} data-loading={isPlaceholderData || undefined}>
        <Sides found={data} />
        <Unread uris={data.unread ?? []} />
        <SignatureDiffPanel signature={data.signature} />
        <MetricsDiff metrics={data.metrics ?? []} isAll={isAll} />
        {listParts(data).map((part) => (
          <PartDiff key={part.kind} part={part} isAll={isAll} />
        ))}
      </div>
    </div>
  );
}

function change(name: string, value: string): void {
  const next = new URLSearchParams(query.peek());
  put(next, name, value);
  setQuery(next);
}

interface DiffHeaderProps {
  readonly name: string;
  readonly old: string;
  readonly version: string;
  readonly isAll: boolean;
}

function DiffHeader({ name, old, version, isAll }: DiffHeaderProps) {
  const { data } = useQuery({
    key: ["registry", name, "numbers"],
    ask: (signal) => searchVersions(versionsOf(name), "version_number DESC", "", signal),
  });
  const numbers = data?.items.map((one) => one.version) ?? [];
  const isMany = Boolean(data?.next);
  const swap = () => {
    const next = new URLSearchParams(query.peek());
    next.set("a", version);
    next.set("b", old);
    setQuery(next);
  };
  return (
    <header class={`${panels.header} ${registry.versionHeader}`}>
      <div class={panels.title}>
        <h1 tabIndex={-1}>
          <a href={hrefOf(modelPage(name))}>{name}</a>
          <span class={registry.number}>compared</span>
        </h1>
        <span class={css.pickers}>
          <Picker label="Old version" value={old} numbers={numbers} isMany={isMany} onChange={(number) => change("a", number)} />
          <button type="button" class="button small" onClick={swap}>
            Swap
          </button>
          <Picker label="New version" value={version} numbers={numbers} isMany={isMany} onChange={(number) => change("b", number)} />
        </span>
        <label class={css.all}>
          <input type="checkbox" checked={!isAll} onChange={(event) => change("all", event.currentTarget.checked ? "" : "1")} />
          Only differences
        </label>
      </div>
    </header>
  );
}

interface PickerProps {
  readonly label: string;
  readonly value: string;
  readonly numbers: readonly string[];
  /** Whether there are more than those, so that a number is written. */
  readonly isMany: boolean;
  readonly onChange: (number: string) => void;
}

function Picker({ label, value, numbers, isMany, onChange }: PickerProps) {
  if (isMany) {
    return (
      <label class={css.written}>
        version
        <input class="field" type="number" min={1} aria-label={label} value={value} onChange={(event) => event.currentTarget.value && onChange(event.currentTarget.value)} />
      </label>
    );
  }
  const all = numbers.includes(value) ? numbers : [value, ...numbers];
  return (
    <select class="field" aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {all.map((number) => (
        <option key={number} value={number}>
          version {number}
        </option>
      ))}
    </select>
  );
}

function Sides({ found: { old_version: old, new_version: version } }: { readonly found: VersionComparison }) {
  return (
    <div class={css.sides}>
      <Side title="Old" version={old} />
      <Side title="New" version={version} />
    </div>
  );
}

function Side({ title, version }: { readonly title: string; readonly version: ModelVersion }) {
  const { name, version: number, aliases = [], current_stage: stage, run_id: runId, creation_timestamp: time } = version;
  return (
    <section class={panels.panel} aria-label={`About the ${title.toLowerCase()} version`}>
      <div class={css.side}>
        <span class={panels.hint}>{title}</span>
        <a class="link" href={hrefOf(versionPage(name, number))}>
          version {number}
        </a>
        {aliases.map((alias) => (
          <span key={alias} class={registry.alias}>
            @{alias}
          </span>
        ))}
        {stage !== NO_STAGE && <span class={panels.status}>{stage}</span>}
      </div>
      <p class={`${panels.hint} ${css.fact}`}>
        <span title={formatMoment(time)}>registered {formatAgo(time, Date.now())}</span>
        {runId && (
          <>
            {" of run "}
            <a class="link" href={hrefOf(runPage(runId))}>
              {runId.slice(0, 8)}
            </a>
          </>
        )}
      </p>
    </section>
  );
}

/** Say what could not be read, so that silence is not taken for sameness. */
function Unread({ uris }: { readonly uris: readonly string[] }) {
  if (uris.length === 0) return null;
  const isRefused = me.value?.authentication === true && uris.every((uri) => uri.startsWith("runs:/") || uri.startsWith("models:/m-"));
  return (
    <div class={registry.consequence}>
      <p>{isRefused ? "You may not read these" : "The server cannot read these"}, so nothing is said of what they hold:</p>
      <ul class={css.unread}>
        {uris.map((uri) => (
          <li key={uri}>
            <code>{uri}</code>
          </li>
        ))}
      </ul>
      {!isRefused && (
        <p class={panels.hint}>
          Where they can be read, <code>headwater registry diff</code> compares them, too.
        </p>
      )}
    </div>
  );
}
