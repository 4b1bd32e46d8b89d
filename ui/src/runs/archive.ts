/** Move runs to the archive and back, with a way back. */

import { callMlflow } from "../api/client";
import { refresh } from "../api/use-query";
import { plural } from "../lib/format";
import { say } from "../shell/toasts";

const AT_ONCE = 6;

type Verb = "delete" | "restore";
const DONE: Readonly<Record<Verb, string>> = { delete: "archived", restore: "restored" };
const OPPOSITE: Readonly<Record<Verb, Verb>> = { delete: "restore", restore: "delete" };

/** Archive (`delete`) or restore runs and offer to undo it. */
export async function moveRuns(verb: Verb, runIds: readonly string[]): Promise<void> {
  const waiting = [...runIds];
  const done: string[] = [];
  const failures: string[] = [];
  const work = async () => {
    for (let runId = waiting.pop(); runId !== undefined; runId = waiting.pop()) {
      try {
        await callMlflow(`runs/${verb}`, { run_id: runId });
        done.push(runId);
      } catch (failure) {
        failures.push(failure instanceof Error ? failure.message : String(failure));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  refresh("runs");
  refresh("keys");
  if (done.length > 0) say(`${plural(done.length, "run")} ${DONE[verb]}`, () => void moveRuns(OPPOSITE[verb], done));
  if (failures.length > 0) say(`${plural(failures.length, "run")} not ${DONE[verb]}: ${failures[0]}`);
}
