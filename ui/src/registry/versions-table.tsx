import { useMemo, useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import { ApiError } from "../api/client";
import type { RegisteredModel, VersionRow } from "../api/schema";
import { usePages } from "../api/use-pages";
import { DataGrid } from "../grid/data-grid";
import { decodeList, encodeList, put } from "../lib/codec";
import { formatCount, plural } from "../lib/format";
import { query, setQuery } from "../lib/location";
import panels from "../panels/panels.module.css";
import { QueryBox, type Offer } from "../query/query-box";
import { errorPosition, isPlain } from "../query/tokens";
import { Failure } from "../shell/notice";
import { Snippet } from "../shell/snippet";
import { ColumnChoice } from "./column-choice";
import { versionPage } from "./places";
import { queryVersions } from "./registry-api";
import css from "./registry.module.css";
import { RowSkeleton } from "./row-skeleton";
import { VersionActions } from "./version-actions";
import { AliasesDialog } from "./aliases-dialog";
import { DEFAULT_ORDER, keysOf, makeColumns, standardColumns } from "./version-columns";
import { toVersionFilter } from "./versions";
import tools from "./versions.module.css";

const PAGE = 200;
const MOST_CHOSEN = 8;
const OFFERS: readonly Offer[] = [
  { key: "version_number", note: "attribute" },
  { key: "current_stage", note: "attribute" },
  { key: "run_id", note: "attribute" },
  { key: "status", note: "attribute" },
  { key: "creation_timestamp", note: "attribute" },
  { key: "tags.", note: "a tag" },
];

function change(name: string, value: string, absent = ""): void {
  const next = new URLSearchParams(query.peek());
  put(next, name, value, absent);
  setQuery(next);
}

/** The versions of a model, however many, with what their runs measured and what their files say. */
export function VersionsTable({ model }: { readonly model: RegisteredModel }) {
  const { name } = model;
  const order = query.value.get("sort") ?? DEFAULT_ORDER;
  const search = query.value.get("q") ?? "";
  const written = query.value.get("cols");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [edited, setEdited] = useState<VersionRow | null>(null);
  const picked = useMemo(() => (written === null ? null : decodeList(written)), [written]);
  const question = { name, filter: toVersionFilter(search, model.aliases), ...keysOf(picked), order_by: order, max_results: PAGE };
  const versions = usePages({
    key: ["registry", name, "versions", question],
    ask: (token, signal) => queryVersions({ ...question, page_token: token }, signal),
  });
  const { items, error, first } = versions;
  const mayEdit = useRefusal("EDIT") === "";
  const shown = picked ?? (first ? standardColumns(first.table, first.items) : []);
  const columns = useMemo(() => makeColumns(shown, mayEdit), [shown.join("\n"), mayEdit]);
  const choice = useMemo(
    () => ({
      isChosen: ({ version: { version } }: VersionRow) => chosen.includes(version),
      nameOf: ({ version: { version } }: VersionRow) => `version ${version}`,
      onToggle: ({ version: { version } }: VersionRow) =>
        setChosen(chosen.includes(version) ? chosen.filter((one) => one !== version) : [...chosen, version].slice(-MOST_CHOSEN)),
    }),
    [chosen],
  );
  const isRefused = error instanceof ApiError && error.status === 400;
  if (!items || !first) {
    if (isRefused) return <Refused error={error} search={search} />;
    return error ? <Failure error={error} onRetry={versions.retry} /> : <RowSkeleton label="Loading the versions" />;
  }
  if (first.table.total === 0) return <NoVersions name={name} />;
  return (
    <>
      {error && !isRefused && <Failure error={error} onRetry={versions.retry} isSlim />}
      <div class={tools.tools}>
        <SearchBox search={search} error={error} />
        <span class={tools.count} role="status">
          {search ? `${formatCount(first.table.matched)} of ${plural(first.table.total, "version")}` : plural(first.table.total, "version")}
        </span>
        <ColumnChoice table={first.table} shown={shown} onColumns={(ids) => change("cols", ids ? encodeList(ids) : "")} />
      </div>
      <div class={css.grid} style={{ "--rows": items.length }} data-loading={versions.isOld || undefined}>
        <DataGrid
          label={`Versions of ${name}`}
          rows={items}
          columns={columns}
          order={order}
          onOrder={(text) => change("sort", text, DEFAULT_ORDER)}
          pageOf={({ version }) => versionPage(name, version.version)}
          onEnd={versions.readMore}
          choice={choice}
          onAct={mayEdit ? setEdited : () => undefined}
        />
      </div>
      <VersionActions model={model} chosen={chosen} rows={items} onClear={() => setChosen([])} />
      {edited && <AliasesDialog model={model} version={edited.version.version} onClose={() => setEdited(null)} />}
    </>
  );
}

function SearchBox({ search, error }: { readonly search: string; readonly error: Error | null }) {
  return (
    <QueryBox
      value={search}
      label="Search versions"
      placeholder="A number, @alias, tags.team = 'growth' or version_number > 3"
      error={error?.message ?? ""}
      errorAt={isPlain(search) || !error ? -1 : errorPosition(error.message)}
      offers={OFFERS}
      onChange={(text) => change("q", text)}
    />
  );
}

function Refused({ error, search }: { readonly error: Error; readonly search: string }) {
  return (
    <>
      <div class={tools.tools}>
        <SearchBox search={search} error={error} />
      </div>
      <div class={css.nothing}>
        <h2>The versions cannot be read like this</h2>
        <p class="muted">{error.message}</p>
        <button type="button" class="button" onClick={() => setQuery(new URLSearchParams())}>
          Show all versions
        </button>
      </div>
    </>
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
