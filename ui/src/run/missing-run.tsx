import { useState } from "preact/hooks";
import { useQuery } from "../api/use-query";
import { formatAgo } from "../lib/format";
import { hrefOf } from "../lib/location";
import css from "../panels/panels.module.css";
import { useChrome } from "../shell/chrome";
import type { RunDetails } from "./model";
import { findByPrefix, restoreRun } from "./run-api";
import own from "./run.module.css";

const SHORTEST = 4;

/** Say that there is no such run, and offer those whose ids begin alike, wherever they are. */
export function MissingRun({ runId, message }: { readonly runId: string; readonly message: string }) {
  useChrome("Run not found", [{ text: "Experiments", page: "/experiments" }, { text: "Run not found" }]);
  const prefix = runId.slice(0, 8);
  const { data, error, refetch } = useQuery({
    key: ["runs-like", prefix],
    ask: (signal) => findByPrefix(prefix, signal),
    enabled: prefix.length >= SHORTEST,
  });
  return (
    <div class={css.missing}>
      <h1 tabIndex={-1}>Run not found</h1>
      <p>
        There is no run <code>{runId}</code> on this server, neither active nor archived. It may have been deleted for good, or
        the address may be cut off.
      </p>
      <p class={css.hint}>{message}</p>
      {error && <p role="alert" class={css.error}>{`The other experiments cannot be searched. ${error.message}`}</p>}
      {data && data.length > 0 && (
        <section aria-labelledby="like-heading">
          <h2 id="like-heading">Runs whose id begins with {prefix}</h2>
          <ul class={own.offers}>
            {data.map((run) => (
              <Offer key={run.runId} run={run} onRestored={() => void refetch()} />
            ))}
          </ul>
        </section>
      )}
      {data?.length === 0 && <p class={css.hint}>Nor does any experiment, archived runs among them, have a run whose id begins with {prefix}.</p>}
      <p>
        <a class="link" href={hrefOf("/experiments")}>Back to the experiments</a>
      </p>
    </div>
  );
}

function Offer({ run, onRestored }: { readonly run: RunDetails; readonly onRestored: () => void }) {
  const [error, setError] = useState("");
  const restore = () => void restoreRun(run.runId).then(onRestored, (failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)));
  return (
    <li>
      <a class="link" href={hrefOf(`/experiments/${run.experimentId}/runs/${run.runId}`)}>
        {run.name}
      </a>{" "}
      <code>{run.runId}</code> <span class="muted">{formatAgo(run.startTime, Date.now())}</span>
      {run.isArchived && (
        <>
          {" "}
          <span class="tag">archived</span>
          <button type="button" class="button small" onClick={restore}>
            Restore
          </button>
        </>
      )}
      {error && <span role="alert" class={css.error}>{error}</span>}
    </li>
  );
}
