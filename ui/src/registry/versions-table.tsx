import type { ModelVersion } from "../api/schema";
import { usePages } from "../api/use-pages";
import { useMemo, useState } from "preact/hooks";
import { DataGrid, type DataColumn } from "../grid/data-grid";
import { linkCell, pillsCell, statusCell, textCell } from "../grid/text-cell";
import { put } from "../lib/codec";
import { formatAgo, formatMoment } from "../lib/format";
import { hrefOf, query, setQuery } from "../lib/location";
import panels from "../panels/panels.module.css";
import { Failure } from "../shell/notice";
import { Snippet } from "../shell/snippet";
import { diffPage, runPage, versionPage } from "./places";
import { searchVersions, versionsOf } from "./registry-api";
import css from "./registry.module.css";
import { RowSkeleton } from "./row-skeleton";
import { NO_STAGE, STATUS, tagPills } from "./versions";

const DEFAULT_ORDER = "version_number DESC";

const COLUMNS: readonly DataColumn<ModelVersion>[] = [
  {
    id: "name",
    title: "Version",
    width: 92,
    isFrozen: true,
    sort: ["version_number", "DESC"],
    cell: linkCell(({ name, version }) => ({ text: version, page: versionPage(name, version) }), "name"),
  },
  {
    id: "aliases",
    title: "Aliases",
    width: 210,
    cell: pillsCell(({ aliases = [] }) => aliases.map((alias) => ({ text: `@${alias}`, isStrong: true })), 3),
  },
  {
    id: "stage",
    title: "Stage",
    width: 104,
    cell: pillsCell(({ current_stage: stage }) => (stage === NO_STAGE ? [] : [{ text: stage }]), 1),
  },
  { id: "status", title: "Status", width: 92, cell: statusCell(({ status }) => STATUS[status]) },
  {
    id: "run",
    title: "Run",
    width: 96,
    cell: linkCell(({ run_id: runId }) => ({ text: runId.slice(0, 8), page: runId && runPage(runId) }), "link"),
  },
  {
    id: "created",
    title: "Created",
    width: 112,
    sort: ["creation_timestamp", "DESC"],
    cell: textCell(({ creation_timestamp: time }) => [formatAgo(time, Date.now()), formatMoment(time)]),
  },
  { id: "tags", title: "Tags", width: 240, cell: pillsCell(({ tags }) => tagPills(tags), 3) },
  { id: "description", title: "Description", width: 320, cell: textCell(({ description }) => (description ?? "").split("\n", 1)[0] ?? "") },
];

const WITHOUT_STAGE = COLUMNS.filter(({ id }) => id !== "stage");

/** The versions of a model, however many. */
export function VersionsTable({ name }: { readonly name: string }) {
  const order = query.value.get("sort") ?? DEFAULT_ORDER;
  const versions = usePages({
    key: ["registry", name, "versions", order],
    ask: (token, signal) => searchVersions(versionsOf(name), order, token, signal),
  });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choice = useMemo(
    () => ({
      isChosen: ({ version }: ModelVersion) => chosen.includes(version),
      nameOf: ({ version }: ModelVersion) => `version ${version}`,
      onToggle: ({ version }: ModelVersion) =>
        setChosen(chosen.includes(version) ? chosen.filter((one) => one !== version) : [...chosen, version].slice(-2)),
    }),
    [chosen],
  );
  const { items, error } = versions;
  if (!items) return error ? <Failure error={error} onRetry={versions.retry} /> : <RowSkeleton label="Loading the versions" />;
  if (items.length === 0) return <NoVersions name={name} />;
  return (
    <>
      {error && <Failure error={error} onRetry={versions.retry} isSlim />}
      <div class={css.grid} style={{ "--rows": items.length }} data-loading={versions.isOld || undefined}>
        <DataGrid
          label={`Versions of ${name}`}
          rows={items}
          columns={items.some(({ current_stage: stage }) => stage !== NO_STAGE) ? COLUMNS : WITHOUT_STAGE}
          order={order}
          onOrder={(text) => {
            const next = new URLSearchParams(query.peek());
            put(next, "sort", text, DEFAULT_ORDER);
            setQuery(next);
          }}
          pageOf={(version) => versionPage(name, version.version)}
          onEnd={versions.readMore}
          choice={choice}
        />
      </div>
      {items.length > 1 && <Footer name={name} chosen={chosen} />}
    </>
  );
}

/** What is chosen, and the way to its comparison: the lower version is the old one. */
function Footer({ name, chosen }: { readonly name: string; readonly chosen: readonly string[] }) {
  const [old = "", version = ""] = [...chosen].sort((a, b) => Number(a) - Number(b));
  return (
    <footer class={css.footer}>
      <span role="status">{version ? `Versions ${old} and ${version}` : old ? `Version ${old}, and one more to compare` : "Choose two versions to compare"}</span>
      {version && (
        <a class="button small" href={hrefOf(diffPage(name, old, version))}>
          Compare
        </a>
      )}
    </footer>
  );
}

function NoVersions({ name }: { readonly name: string }) {
  return (
    <div class={css.nothing}>
      <h2>No versions yet</h2>
      <p class={panels.hint}>A version points at the files of a run. The first one appears here by itself.</p>
      <Snippet label="Python" code={`import headwater as hw\n\nhw.register_model("runs:/<run id>/model", ${JSON.stringify(name)})`} />
    </div>
  );
}
