/** The groups of the runs that match, summed up by the server over all of them. */

import { useMemo } from "preact/hooks";
import { callNative } from "../api/client";
import type { QueryGroups, QueryGroupsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { describeColumn } from "./columns";
import { type Grouping, groupRuns } from "./grouping";
import type { RunsData } from "./use-runs";
import type { RunsView } from "./view-state";

const MAX_COLUMNS = 100;

/** Groups, and by what: while the next ones are on their way, the page shows the ones before. */
interface Answer {
  readonly by: readonly string[];
  readonly answer: QueryGroupsResponse;
}

interface Groups {
  readonly grouping: Grouping | null;
  readonly error: Error | null;
}

/** Read the groups that a view asks for; null without grouping and until they are there. */
export function useGroups(identity: string, view: RunsView, data: RunsData, numericParams: ReadonlySet<string>): Groups {
  const isGrouped = view.group.length > 0;
  const best = data.main ? `metrics.${data.main.key}` : (data.columns.find((id) => describeColumn(id).kind === "metrics") ?? "");
  const request: QueryGroups = {
    experiment_ids: data.experimentIds,
    by: view.group,
    filter: data.filter,
    columns: data.columns.filter((id) => isSummable(id, numericParams)).slice(0, MAX_COLUMNS),
    ...(best ? { best, least: data.table?.isLess(best) ?? false } : {}),
    ...(view.isArchive ? { view_type: "DELETED_ONLY" } : {}),
  };
  const found = useQuery<Answer>({
    key: ["groups", identity, isGrouped ? request : null],
    ask: async (signal) => ({ by: request.by, answer: await callNative<QueryGroupsResponse>("groups/query", request, signal) }),
    enabled: isGrouped && !data.filterError && data.table !== null,
  });
  const { table } = data;
  const { data: known } = found;
  const grouping = useMemo(() => (isGrouped && table && known ? groupRuns(table, known.by, known.answer) : null), [isGrouped, table, known]);
  return { grouping, error: isGrouped ? found.error : null };
}

function isSummable(id: string, numericParams: ReadonlySet<string>): boolean {
  const { kind } = describeColumn(id);
  return kind === "metrics" || id === "attributes.duration" || (kind === "params" && numericParams.has(id));
}
