import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { findNames, resolveName } from "../access/things";
import type { KeySummary, ListKeysResponse, ViewInfo } from "../api/schema";
import { useQuery } from "../api/use-query";
import { AddRun } from "../compare/add-run";
import { QueryBox } from "../query/query-box";
import { useOffers } from "../query/use-offers";
import { ATTRIBUTES, columnOf, isOffered } from "../runs/columns";
import { ListField } from "./list-field";
import { MAX_LINES, MAX_ROWS, type Block, type ChartBlock, type ImageBlock, type RunsBlock, type ViewBlock } from "./report";
import { listExperiments, listKeys, listPictures, listRunViews, MAX_EXPERIMENTS, readExperimentName } from "./reports-api";
import css from "./reports.module.css";

interface FieldsProps<T> {
  readonly block: T;
  readonly onChange: (block: T) => void;
}

/** What is to be filled in of a block. */
export function BlockFields({ block, onChange }: FieldsProps<Block>) {
  switch (block.type) {
    case "markdown":
      return (
        <textarea
          class="field"
          aria-label="Text in Markdown"
          rows={Math.min(24, Math.max(4, block.text.split("\n").length + 1))}
          value={block.text}
          onInput={(event) => onChange({ ...block, text: event.currentTarget.value })}
        />
      );
    case "image":
      return <ImageFields block={block} onChange={onChange} />;
    case "runs":
      return <RunsFields block={block} onChange={onChange} />;
    case "chart":
      return <ChartFields block={block} onChange={onChange} />;
    case "view":
      return <ViewFields block={block} onChange={onChange} />;
  }
}

const columnsOf = (keys: readonly KeySummary[]): string[] => [
  ...keys.filter(isOffered).map(columnOf),
  ...ATTRIBUTES.map(({ name }) => `attributes.${name}`),
];

function useKeys(experimentId: string): ListKeysResponse | null {
  const keys = useQuery<ListKeysResponse>({ key: ["keys", experimentId], ask: (signal) => listKeys(experimentId, signal), enabled: experimentId !== "" });
  return experimentId ? (keys.data ?? null) : null;
}

function RunsFields({ block, onChange }: FieldsProps<RunsBlock>) {
  const keys = useKeys(block.experimentId);
  const columns = useMemo(() => columnsOf(keys?.keys ?? []), [keys]);
  return (
    <div class={css.fields}>
      <QueryFields block={block} most={MAX_ROWS} keys={keys} onChange={onChange} />
      <ListField label="Columns" hint="metrics.auc, params.lr, attributes.duration" values={block.columns} options={columns} onValues={(next) => onChange({ ...block, columns: next })} />
    </div>
  );
}

function ChartFields({ block, onChange }: FieldsProps<ChartBlock>) {
  const keys = useKeys(block.experimentId);
  const metrics = useMemo(() => (keys?.keys ?? []).filter(({ kind }) => kind === "metric").map(({ name }) => name), [keys]);
  return (
    <div class={css.fields}>
      <QueryFields block={block} most={MAX_LINES} keys={keys} onChange={onChange} />
      <ListField label="Metrics" hint="loss, val/loss" values={block.keys} options={metrics} onValues={(next) => onChange({ ...block, keys: next })} />
    </div>
  );
}

function ViewFields({ block, onChange }: FieldsProps<ViewBlock>) {
  const { data: views } = useQuery<readonly ViewInfo[]>({
    key: ["views", block.experimentId, "report"],
    ask: (signal) => listRunViews(block.experimentId, signal),
    enabled: block.experimentId !== "",
  });
  const known = block.experimentId ? (views ?? []) : [];
  return (
    <div class={css.fields}>
      <ExperimentField value={block.experimentId} onValue={(experimentId) => onChange({ ...block, experimentId, viewId: "" })} />
      <label>
        Saved view
        <select class="field" value={block.viewId} onChange={(event) => onChange({ ...block, viewId: event.currentTarget.value })}>
          <option value="">{views && known.length === 0 ? "This experiment has none" : "Choose…"}</option>
          {known.map(({ view_id: id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <LimitField value={block.limit} most={MAX_ROWS} onValue={(limit) => onChange({ ...block, limit })} />
    </div>
  );
}

function ImageFields({ block, onChange }: FieldsProps<ImageBlock>) {
  const { data: pictures } = useQuery<readonly string[]>({
    key: ["report-pictures", block.runId],
    ask: (signal) => listPictures(block.runId, signal),
    enabled: /^[0-9a-f]{32}$/.test(block.runId),
  });
  return (
    <div class={css.fields}>
      <div class={css.choose}>
        <TextField label="Run id" value={block.runId} onValue={(runId) => onChange({ ...block, runId: runId.trim() })} />
        <AddRun known={[block.runId]} trigger="Find…" label="Find the run of the image" onAdd={(runId) => onChange({ ...block, runId })} />
      </div>
      <TextField label="Path among its artifacts" options={pictures ?? []} value={block.path} onValue={(path) => onChange({ ...block, path: path.trim() })} />
      <TextField label="Caption" value={block.caption} onValue={(caption) => onChange({ ...block, caption })} />
    </div>
  );
}

interface QueryFieldsProps<T> extends FieldsProps<T> {
  readonly most: number;
  readonly keys: ListKeysResponse | null;
}

function QueryFields<T extends RunsBlock | ChartBlock>({ block, most, keys, onChange }: QueryFieldsProps<T>) {
  const ids = useMemo(() => (block.experimentId ? [block.experimentId] : []), [block.experimentId]);
  const { offers, onPlace } = useOffers(ids, keys);
  const orders = useMemo(() => columnsOf(keys?.keys ?? []).flatMap((column) => [`${column} DESC`, `${column} ASC`]), [keys]);
  return (
    <>
      <ExperimentField value={block.experimentId} onValue={(experimentId) => onChange({ ...block, experimentId })} />
      <TextField label="Order" hint="metrics.auc DESC; the newest first if empty" options={orders} value={block.order} onValue={(order) => onChange({ ...block, order })} />
      <LimitField value={block.limit} most={most} onValue={(limit) => onChange({ ...block, limit })} />
      <div class={css.whole}>
        <span aria-hidden="true">Filter</span>
        <QueryBox
          value={block.filter}
          label="Filter"
          placeholder="metrics.auc > 0.9 AND params.model = 'tree'"
          error=""
          errorAt={-1}
          {...{ offers, onPlace }}
          onChange={(filter) => onChange({ ...block, filter })}
        />
      </div>
    </>
  );
}

function ExperimentField({ value, onValue }: { readonly value: string; readonly onValue: (id: string) => void }) {
  const experiments = useQuery({ key: ["report-experiments"], ask: listExperiments });
  const known = experiments.data ?? [];
  if (known.length >= MAX_EXPERIMENTS) return <OneOfManyExperiments value={value} onValue={onValue} />;
  return (
    <label>
      Experiment
      <select class="field" value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        <option value="">Choose…</option>
        {value && !known.some(([id]) => id === value) && <option value={value}>{value}</option>}
        {known.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Where there are too many to choose from: the server finds experiments by a part of their name. */
function OneOfManyExperiments({ value, onValue }: { readonly value: string; readonly onValue: (id: string) => void }) {
  const id = useId();
  const name = useQuery({ key: ["report-experiment", value], ask: (signal) => readExperimentName(value, signal), enabled: value !== "" });
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState("");
  const shown = draft ?? (value ? (name.data ?? value) : "");
  const { data: names = [] } = useQuery({ key: ["report-experiments", shown], ask: (signal) => findNames("experiment", shown, signal) });
  const choose = () => {
    resolveName("experiment", shown.trim()).then(
      (found) => {
        setDraft(null);
        setError("");
        onValue(found);
      },
      (failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)),
    );
  };
  return (
    <label>
      Experiment
      <input class="field" list={id} placeholder="A part of its name" spellcheck={false} value={shown} onInput={(event) => setDraft(event.currentTarget.value)} onChange={choose} />
      <datalist id={id}>
        {names.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </datalist>
      {error && (
        <span class={css.error} role="alert">
          {error}
        </span>
      )}
    </label>
  );
}

function LimitField({ value, most, onValue }: { readonly value: number; readonly most: number; readonly onValue: (limit: number) => void }) {
  return (
    <label>
      Runs
      <input
        class="field"
        type="number"
        min={1}
        max={most}
        value={value}
        onChange={(event) => onValue(Math.min(most, Math.max(1, Math.floor(event.currentTarget.valueAsNumber) || 1)))}
      />
    </label>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly hint?: string;
  /** What can be completed. */
  readonly options?: readonly string[];
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A field whose value counts when it is left, or by Enter: what is half written asks the server nothing. */
function TextField({ label, hint = "", options = [], value, onValue }: TextFieldProps) {
  const id = useId();
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  return (
    <label>
      {label}
      <input
        class="field"
        list={options.length > 0 ? id : undefined}
        placeholder={hint}
        value={draft}
        spellcheck={false}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onChange={() => onValue(draft)}
      />
      {options.length > 0 && (
        <datalist id={id}>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </datalist>
      )}
    </label>
  );
}
