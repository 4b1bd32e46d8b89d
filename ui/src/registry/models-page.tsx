import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import type { RegisteredModel } from "../api/schema";
import { usePages } from "../api/use-pages";
import { useQuery } from "../api/use-query";
import { DataGrid, type DataColumn } from "../grid/data-grid";
import { linkCell, pillsCell, textCell } from "../grid/text-cell";
import { serverUrl } from "../home/snippets";
import { put } from "../lib/codec";
import { formatAgo, formatCount, formatMoment, plural } from "../lib/format";
import { onKeys } from "../lib/keys";
import { query, setQuery } from "../lib/location";
import { QueryBox, type Offer } from "../query/query-box";
import { errorPosition, isPlain, toFilter } from "../query/tokens";
import { useChrome } from "../shell/chrome";
import { Icon } from "../shell/icons";
import { Failure } from "../shell/notice";
import { Snippet } from "../shell/snippet";
import { lastUsers } from "./events";
import { CreateDialog } from "./manage-dialogs";
import { RowSkeleton } from "./row-skeleton";
import { modelPage } from "./places";
import { listEvents, searchModels } from "./registry-api";
import css from "./registry.module.css";
import { usePulse } from "./use-pulse";
import { aliasPills, latestVersion, stagePills, tagPills } from "./versions";

const OFFERS: readonly Offer[] = ["name", "creation_timestamp", "last_updated_timestamp"].map((key) => ({ key, note: "attribute" }));
const DEFAULT_ORDER = "last_updated_timestamp DESC";
const LOG = 1000;

/** A model, and who changed it last, if that is known. */
interface ModelRow {
  readonly model: RegisteredModel;
  readonly user: string;
}

const ago = (time: number) => [formatAgo(time, Date.now()), formatMoment(time)] as const;
const COLUMNS: readonly DataColumn<ModelRow>[] = [
  {
    id: "name",
    title: "Model",
    width: 250,
    isFrozen: true,
    sort: ["name", "ASC"],
    cell: linkCell(({ model: { name } }) => ({ text: name, page: modelPage(name) }), "name"),
  },
  { id: "latest", title: "Latest", width: 70, isNumeric: true, cell: textCell(({ model }) => latestVersion(model)) },
  { id: "aliases", title: "Aliases", width: 280, cell: pillsCell(({ model }) => aliasPills(model), 3) },
  { id: "stages", title: "Stages", width: 150, cell: pillsCell(({ model }) => stagePills(model), 2) },
  {
    id: "updated",
    title: "Last change",
    width: 128,
    sort: ["last_updated_timestamp", "DESC"],
    cell: textCell(({ model }) => ago(model.last_updated_timestamp)),
  },
  { id: "user", title: "By", width: 96, cell: textCell(({ user }) => user) },
  { id: "tags", title: "Tags", width: 190, cell: pillsCell(({ model }) => tagPills(model.tags), 3) },
  {
    id: "created",
    title: "Created",
    width: 104,
    sort: ["creation_timestamp", "DESC"],
    cell: textCell(({ model }) => ago(model.creation_timestamp)),
  },
  { id: "description", title: "Description", width: 420, cell: textCell(({ model }) => (model.description ?? "").split("\n", 1)[0] ?? "") },
];

const WITHOUT_STAGES = COLUMNS.filter(({ id }) => id !== "stages");

/** The list of registered models. */
export function ModelsPage() {
  useChrome("Models", [{ text: "Models" }]);
  const search = query.value.get("q") ?? "";
  const [isCreating, setCreating] = useState(false);
  useEffect(() => onKeys({ n: () => setCreating(true) }), []);
  const order = query.value.get("sort") ?? DEFAULT_ORDER;
  const filter = toFilter(search, "name");
  const models = usePages({ key: ["registry", "models", filter, order], ask: (token, signal) => searchModels(filter, order, token, signal) });
  const log = useQuery({ key: ["registry", "log"], ask: (signal) => listEvents("", { most: LOG }, signal) });
  usePulse("");
  const rows = useMemo(() => {
    const users = lastUsers(log.data?.items ?? []);
    return models.items?.map((model) => ({ model, user: users.get(model.name) ?? "" }));
  }, [models.items, log.data]);

  const change = (name: string, value: string, absent = "") => {
    const next = new URLSearchParams(query.peek());
    put(next, name, value, absent);
    setQuery(next);
  };
  const count = rows?.length ?? 0;
  const hasStages = useMemo(() => rows?.some(({ model }) => stagePills(model).length > 0) === true, [rows]);
  const isRefused = models.error instanceof ApiError && models.error.status === 400;
  return (
    <div class={css.list}>
      <div class={css.titleRow}>
        <h1 tabIndex={-1}>Models</h1>
        {rows && (
          <span class="muted" role="status">
            {models.hasMore ? `first ${formatCount(count)} read, more as you scroll` : plural(count, search ? "match" : "model", search ? "matches" : "models")}
          </span>
        )}
        <button type="button" class={`button primary ${css.create}`} onClick={() => setCreating(true)}>
          <Icon name="plus" small /> New model
        </button>
      </div>
      {isCreating && <CreateDialog onClose={() => setCreating(false)} />}
      <div class={css.tools}>
        <QueryBox
          value={search}
          label="Search models"
          placeholder="Words in the name, or tags.team = 'growth'"
          error={models.error && (rows || isRefused) ? models.error.message : ""}
          errorAt={isPlain(search) || !models.error ? -1 : errorPosition(models.error.message)}
          offers={OFFERS}
          onChange={(text) => change("q", text)}
        />
      </div>
      <div class={css.body} data-loading={models.isOld || undefined}>
        {models.error && !rows && (isRefused ? <NotRead /> : <Failure error={models.error} onRetry={models.retry} />)}
        {!rows && !models.error && <RowSkeleton label="Loading the models" />}
        {rows && count > 0 && (
          <DataGrid
            label="Models"
            rows={rows}
            columns={hasStages ? COLUMNS : WITHOUT_STAGES}
            order={order}
            onOrder={(text) => change("sort", text, DEFAULT_ORDER)}
            pageOf={({ model }) => modelPage(model.name)}
            onEnd={models.readMore}
          />
        )}
        {rows && count === 0 && (search ? <NoMatch search={search} /> : <FirstModel />)}
      </div>
    </div>
  );
}

function NoMatch({ search }: { readonly search: string }) {
  return (
    <div class={css.nothing}>
      <p>{`No model matches “${search}”.`}</p>
      <button type="button" class="button" onClick={() => setQuery(new URLSearchParams())}>
        Show all models
      </button>
    </div>
  );
}

function NotRead() {
  return (
    <div class={css.nothing}>
      <h2>The search cannot be read</h2>
      <p class="muted">Mend it above, or show all models.</p>
      <button type="button" class="button" onClick={() => setQuery(new URLSearchParams())}>
        Show all models
      </button>
    </div>
  );
}

function FirstModel() {
  const code = `import headwater as hw

hw.set_tracking_uri(${JSON.stringify(serverUrl())})

with hw.start_run() as run:
    hw.log_artifacts("my_model", "model")  # a folder with an MLmodel file

hw.register_model(f"runs:/{run.info.run_id}/model", "churn")`;
  return (
    <div class={css.nothing}>
      <h2>No models yet</h2>
      <p class="muted">A registered model has a name and numbered versions; aliases say which version to use. The first one appears here by itself.</p>
      <Snippet label="Python" code={code} />
    </div>
  );
}
