import type { Experiment } from "../api/schema";
import { formatAgo, formatMoment } from "../lib/format";
import { hrefOf } from "../lib/location";
import { Icon } from "../shell/icons";
import { Menu, Popover } from "../shell/popover";
import css from "./experiments.module.css";
import { DESCRIPTION_TAG, moveExperiment } from "./use-experiments";

interface TableProps {
  readonly experiments: readonly Experiment[];
  readonly isArchive: boolean;
  readonly order: string;
  readonly onOrder: (order: string) => void;
  readonly onRename: (experiment: Experiment) => void;
}

const SORTED: readonly { readonly column: string; readonly title: string; readonly first: string }[] = [
  { column: "name", title: "Name", first: "ASC" },
  { column: "last_update_time", title: "Last update", first: "DESC" },
  { column: "creation_time", title: "Created", first: "DESC" },
];

/** Experiments as a table. */
export function ExperimentsTable({ experiments, isArchive, order, onOrder, onRename }: TableProps) {
  const now = Date.now();
  return (
    <div class={css.scroll}>
      <table class={css.table}>
        <caption class="visually-hidden">Experiments</caption>
        <thead>
          <tr>
            {SORTED.map((sorted) => (
              <SortedHeader key={sorted.column} {...sorted} order={order} onOrder={onOrder} />
            ))}
            <th scope="col" class={css.wide}>Tags</th>
            <th scope="col" class={css.wide}>Description</th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {experiments.map((experiment) => (
            <tr key={experiment.experiment_id}>
              <th scope="row">
                <a href={hrefOf(`/experiments/${experiment.experiment_id}/runs`)}>{experiment.name}</a>
              </th>
              <td title={formatMoment(experiment.last_update_time)}>{formatAgo(experiment.last_update_time, now)}</td>
              <td title={formatMoment(experiment.creation_time)}>{formatAgo(experiment.creation_time, now)}</td>
              <td class={css.wide}>
                <Tags experiment={experiment} />
              </td>
              <td class={`${css.wide} ${css.description}`}>{descriptionOf(experiment)}</td>
              <td class={css.actions}>
                <Popover label={`Actions for ${experiment.name}`} buttonClass="button quiet square small" trigger={<Icon name="more" small />}>
                  {(close) => (
                    <Menu>
                      {!isArchive && (
                        <button
                          type="button"
                          onClick={() => {
                            close();
                            onRename(experiment);
                          }}
                        >
                          Rename…
                        </button>
                      )}
                      <button
                        type="button"
                        onClick={() => {
                          close();
                          void moveExperiment(isArchive ? "restore" : "delete", experiment);
                        }}
                      >
                        {isArchive ? "Restore" : "Archive"}
                      </button>
                    </Menu>
                  )}
                </Popover>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface SortedHeaderProps {
  readonly column: string;
  readonly title: string;
  readonly first: string;
  readonly order: string;
  readonly onOrder: (order: string) => void;
}

function SortedHeader({ column, title, first, order, onOrder }: SortedHeaderProps) {
  const [current, direction] = order.split(" ");
  const isHere = current === column;
  const isDescending = isHere && direction === "DESC";
  const next = isHere ? (isDescending ? "ASC" : "DESC") : first;
  return (
    <th scope="col" aria-sort={isHere ? (isDescending ? "descending" : "ascending") : undefined}>
      <button type="button" onClick={() => onOrder(`${column} ${next}`)}>
        {title} <span aria-hidden="true">{isHere ? (isDescending ? "▼" : "▲") : ""}</span>
      </button>
    </th>
  );
}

function Tags({ experiment }: { readonly experiment: Experiment }) {
  const own = experiment.tags?.filter(({ key }) => !key.startsWith("mlflow.")) ?? [];
  return (
    <>
      {own.slice(0, 3).map(({ key, value }) => (
        <span key={key} class="tag" title={`${key}: ${value ?? ""}`}>
          {value ? `${key}: ${value}` : key}
        </span>
      ))}
      {own.length > 3 && <span class="muted">+{own.length - 3}</span>}
    </>
  );
}

function descriptionOf(experiment: Experiment): string {
  const text = experiment.tags?.find(({ key }) => key === DESCRIPTION_TAG)?.value ?? "";
  return text.split("\n", 1)[0] ?? "";
}
