import { useMemo } from "preact/hooks";
import { callMlflow } from "../api/client";
import type { LoggedModel, SearchLoggedModelsResponse } from "../api/schema";
import { type Page, usePages } from "../api/use-pages";
import { type DataColumn, DataGrid } from "../grid/data-grid";
import { pillsCell, statusCell, textCell } from "../grid/text-cell";
import { put } from "../lib/codec";
import { formatAgo, formatMoment, formatNumber } from "../lib/format";
import { query, setQuery } from "../lib/location";
import { Failure } from "../shell/notice";
import css from "./tabs.module.css";

const PAGE = 100;
const METRICS = 6;
const DEFAULT_ORDER = "creation_timestamp DESC";
const STATES: Readonly<Record<string, readonly [string, string]>> = {
  LOGGED_MODEL_READY: ["ready", "ok"],
  LOGGED_MODEL_PENDING: ["pending", "run"],
  LOGGED_MODEL_UPLOAD_FAILED: ["failed", "bad"],
};

const FIXED: readonly DataColumn<LoggedModel>[] = [
  { id: "name", title: "Model", width: 240, isFrozen: true, sort: ["name", "ASC"], cell: textCell(({ info }) => info.name) },
  {
    id: "status",
    title: "Status",
    width: 100,
    cell: statusCell(({ info }) => {
      const [word, tone] = STATES[info.status] ?? ["", ""];
      return { word, tone };
    }),
  },
  { id: "type", title: "Type", width: 110, cell: textCell(({ info }) => info.model_type ?? "") },
  {
    id: "created",
    title: "Created",
    width: 110,
    sort: ["creation_timestamp", "DESC"],
    cell: textCell(({ info }) => [formatAgo(info.creation_timestamp_ms, Date.now()), formatMoment(info.creation_timestamp_ms)]),
  },
  { id: "registered", title: "Registered as", width: 200, cell: pillsCell(({ info }) => (info.registrations ?? []).map(({ name, version }) => ({ text: `${name} ${version}` })), 2) },
];

/** The models that the runs of an experiment logged. */
export function ModelsTab({ experimentId }: { readonly experimentId: string }) {
  const order = query.value.get("sort") ?? DEFAULT_ORDER;
  const models = usePages({ key: ["logged-models", experimentId, order], ask: (token, signal) => readModels(experimentId, order, token, signal) });
  const metrics = useMemo(() => listMetrics(models.items ?? []), [models.items]).join("\n");
  const columns = useMemo(() => [...FIXED, ...metrics.split("\n").filter((key) => key !== "").map(metricColumn)], [metrics]);
  const onOrder = (text: string) => {
    const next = new URLSearchParams(query.peek());
    put(next, "sort", text, DEFAULT_ORDER);
    setQuery(next);
  };
  if (models.error && !models.items) return <Failure error={models.error} onRetry={models.retry} />;
  if (models.items?.length === 0) {
    return (
      <div class={css.body}>
        <p class="muted">No run of this experiment has logged a model yet. With `hw.sklearn.log_model(model, name="model")`, or autologging, models appear here.</p>
      </div>
    );
  }
  return (
    <div class={css.grid}>
      {models.items && (
        <DataGrid
          key={metrics}
          label="Models of the experiment"
          rows={models.items}
          columns={columns}
          order={order}
          onOrder={onOrder}
          pageOf={({ info }) => `/models/m/${info.model_id}`}
          onEnd={models.readMore}
        />
      )}
    </div>
  );
}

async function readModels(experimentId: string, order: string, token: string, signal: AbortSignal): Promise<Page<LoggedModel>> {
  const [field = "", direction] = order.split(" ");
  const request = {
    experiment_ids: [experimentId],
    max_results: PAGE,
    order_by: [{ field_name: field, ascending: direction === "ASC" }],
    ...(token ? { page_token: token } : {}),
  };
  const { models = [], next_page_token: next = "" } = await callMlflow<SearchLoggedModelsResponse>("logged-models/search", request, signal);
  return { items: models, next };
}

/** Return the metrics that most models have. */
function listMetrics(models: readonly LoggedModel[]): string[] {
  const counts = new Map<string, number>();
  for (const { data } of models) for (const key of new Set(data.metrics?.map((metric) => metric.key))) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).slice(0, METRICS).map(([key]) => key);
}

function metricColumn(key: string): DataColumn<LoggedModel> {
  return {
    id: `metrics.${key}`,
    title: key,
    width: Math.max(90, key.length * 8 + 30),
    isNumeric: true,
    sort: [`metrics.${key}`, "DESC"],
    cell: textCell(({ data }) => {
      const value = data.metrics?.find((metric) => metric.key === key)?.value;
      return value === undefined ? "" : [formatNumber(Number(value)), String(value)];
    }),
  };
}
