import { formatCount } from "../lib/format";
import { CopyButton } from "../panels/copy-button";
import css from "../panels/panels.module.css";
import { readColumns, readProfile, readSource } from "./datasets";
import type { DatasetUse } from "./model";
import own from "./run.module.css";

/** The datasets that a run read: which version of which, from where, with which columns. */
export function DatasetsPanel({ datasets }: { readonly datasets: readonly DatasetUse[] }) {
  if (datasets.length === 0) return null;
  return (
    <section class={css.panel} aria-labelledby="datasets-heading">
      <header>
        <h2 id="datasets-heading">Datasets</h2>
        <span class={css.count}>{formatCount(datasets.length)}</span>
      </header>
      {datasets.map((dataset) => (
        <DatasetRow key={`${dataset.name} ${dataset.digest} ${dataset.context}`} dataset={dataset} />
      ))}
    </section>
  );
}

function DatasetRow({ dataset }: { readonly dataset: DatasetUse }) {
  const columns = readColumns(dataset.schema);
  const source = readSource(dataset.source);
  return (
    <details class={own.dataset}>
      <summary>
        <b>{dataset.name}</b>
        {dataset.context && <span class="tag">{dataset.context}</span>}
        <code>{dataset.digest}</code>
        <span class="muted">{readProfile(dataset.profile)}</span>
      </summary>
      <dl class={css.pairs}>
        <div>
          <dt>Digest</dt>
          <dd>
            <code>{dataset.digest}</code>
            <CopyButton text={dataset.digest} label={`digest of ${dataset.name}`} />
          </dd>
        </div>
        {source && (
          <div>
            <dt>Source</dt>
            <dd>
              {source} <span class="muted">{dataset.sourceType}</span>
            </dd>
          </div>
        )}
        {columns.map(([name, type]) => (
          <div key={name}>
            <dt title={name}>{name}</dt>
            <dd>{type}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
