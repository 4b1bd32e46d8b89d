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

/** Read the groups that a view asks for; null without grouping and until they are there. */
export function useGroups(identity: string, view: RunsView, data: RunsData, numericParams: ReadonlySet<string>): { readonly grouping: Grouping | null; readonly error: Error | null } {
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
  const found = useQuery<QueryGroupsResponse>({
    key: ["groups", identity, isGrouped ? request : null],
    ask: (signal) => callNative("groups/query", request, signal),
    enabled: isGrouped && !data.filterError && data.table !== null,
  });
  const { table } = data;
  const answer = found.data;
  const by = view.group.join("\n");
  const grouping = useMemo(
    () => (isGrouped && table && answer && (answer.groups[0]?.values.length ?? view.group.length) === view.group.length ? groupRuns(table, view.group, answer) : null),
    [isGrouped, table, answer, by],
  );
  return { grouping, error: isGrouped ? found.error : null };
}

function isSummable(id: string, numericParams: ReadonlySet<string>): boolean {
  const { kind } = describeColumn(id);
  return kind === "metrics" || id === "attributes.duration" || (kind === "params" && numericParams.has(id));
}
