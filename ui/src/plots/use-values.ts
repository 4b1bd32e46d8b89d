/** What fields say of runs: for groups and facets of line charts. */

import { useCallback, useMemo } from "preact/hooks";
import type { Values } from "../charts/groups";
import type { ChartRun } from "../charts/lines";
import { useFrame } from "./use-frame";

/** Read fields of runs; the answer tells the values of a field by run, or null until they are there. */
export function useValues(runs: readonly ChartRun[], fields: readonly string[], revision: number): (field: string) => Values | null {
  const runIds = useMemo(() => runs.map(({ runId }) => runId), [runs]);
  const wanted = fields.filter(Boolean);
  const { frame } = useFrame(runIds, wanted, revision);
  const known = useMemo(() => new Map<string, Values>(), [frame]);
  return useCallback(
    (field) => {
      if (!frame?.has(field)) return null;
      const before = known.get(field);
      if (before) return before;
      const { texts } = frame.field(field);
      const values: Values = new Map(frame.runIds.flatMap((id, row) => (texts[row] == null ? [] : [[id, texts[row] ?? ""] as const])));
      known.set(field, values);
      return values;
    },
    [frame, known],
  );
}
