import { useState } from "preact/hooks";
import { useQuery } from "../api/use-query";
import { Icon } from "../shell/icons";
import { BlockView } from "./block-view";
import { BLOCK_NAMES, MAX_LINES, MAX_ROWS, splitList, type Block, type ChartBlock, type RunsBlock } from "./report";
import { listExperiments } from "./reports-api";
import css from "./reports.module.css";

interface BlockEditorProps {
  readonly block: Block;
  readonly place: number;
  readonly count: number;
  readonly onChange: (block: Block) => void;
  readonly onMove: (by: 1 | -1) => void;
  readonly onRemove: () => void;
}

/** A block while it is written, with what it will look like below. */
export function BlockEditor({ block, place, count, onChange, onMove, onRemove }: BlockEditorProps) {
  const label = `${BLOCK_NAMES[block.type]}, block ${place + 1}`;
  return (
    <section class={css.editor} aria-label={label}>
      <header>
        <b>{BLOCK_NAMES[block.type]}</b>
        <button type="button" class="button small quiet" aria-label={`Move up: ${label}`} disabled={place === 0} onClick={() => onMove(-1)}>
          Up
        </button>
        <button type="button" class="button small quiet" aria-label={`Move down: ${label}`} disabled={place === count - 1} onClick={() => onMove(1)}>
          Down
        </button>
        <button type="button" class="button small quiet" aria-label={`Remove: ${label}`} onClick={onRemove}>
          <Icon name="close" small />
        </button>
      </header>
      <Fields block={block} onChange={onChange} />
      <div class={css.preview}>
        <BlockView block={block} />
      </div>
    </section>
  );
}

function Fields({ block, onChange }: { readonly block: Block; readonly onChange: (block: Block) => void }) {
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
      return (
        <div class={css.fields}>
          <TextField label="Run id" value={block.runId} onValue={(runId) => onChange({ ...block, runId: runId.trim() })} />
          <TextField label="Path among its artifacts" value={block.path} onValue={(path) => onChange({ ...block, path: path.trim() })} />
          <TextField label="Caption" value={block.caption} onValue={(caption) => onChange({ ...block, caption })} />
        </div>
      );
    case "runs":
      return (
        <div class={css.fields}>
          <QueryFields block={block} most={MAX_ROWS} onChange={onChange} />
          <TextField
            label="Columns"
            hint="metrics.auc, params.lr, attributes.duration"
            value={block.columns.join(", ")}
            onValue={(text) => onChange({ ...block, columns: splitList(text) })}
          />
        </div>
      );
    case "chart":
      return (
        <div class={css.fields}>
          <QueryFields block={block} most={MAX_LINES} onChange={onChange} />
          <TextField label="Metrics" hint="loss, val/loss" value={block.keys.join(", ")} onValue={(text) => onChange({ ...block, keys: splitList(text) })} />
        </div>
      );
  }
}

interface QueryFieldsProps<T> {
  readonly block: T;
  readonly most: number;
  readonly onChange: (block: T) => void;
}

function QueryFields<T extends RunsBlock | ChartBlock>({ block, most, onChange }: QueryFieldsProps<T>) {
  const experiments = useQuery({ key: ["report-experiments"], ask: listExperiments });
  const known = experiments.data ?? [];
  return (
    <>
      <label>
        Experiment
        <select class="field" value={block.experimentId} onChange={(event) => onChange({ ...block, experimentId: event.currentTarget.value })}>
          <option value="">Choose…</option>
          {block.experimentId && !known.some(([id]) => id === block.experimentId) && <option value={block.experimentId}>{block.experimentId}</option>}
          {known.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <TextField label="Filter" hint="metrics.auc > 0.9 AND params.model = 'tree'" value={block.filter} onValue={(filter) => onChange({ ...block, filter })} />
      <TextField label="Order" hint="metrics.auc DESC; the newest first if empty" value={block.order} onValue={(order) => onChange({ ...block, order })} />
      <label>
        Runs
        <input
          class="field"
          type="number"
          min={1}
          max={most}
          value={block.limit}
          onChange={(event) => onChange({ ...block, limit: Math.min(most, Math.max(1, Math.floor(event.currentTarget.valueAsNumber) || 1)) })}
        />
      </label>
    </>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A field whose value counts when it is left, or by Enter: what is half written asks the server nothing. */
function TextField({ label, hint = "", value, onValue }: TextFieldProps) {
  const [draft, setDraft] = useState(value);
  return (
    <label>
      {label}
      <input
        class="field"
        placeholder={hint}
        value={draft}
        spellcheck={false}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onChange={() => onValue(draft)}
      />
    </label>
  );
}
