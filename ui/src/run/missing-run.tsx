import { hrefOf } from "../lib/location";
import css from "../panels/panels.module.css";

/** Say that there is no such run. */
export function MissingRun({ runId, message }: { readonly runId: string; readonly message: string }) {
  return (
    <div class={css.missing}>
      <h1 tabIndex={-1}>Run not found</h1>
      <p>
        There is no run <code>{runId}</code> on this server, neither active nor archived. It may have been deleted for good, or
        the address may be cut off.
      </p>
      <p class={css.hint}>{message}</p>
      <p>
        <a class="link" href={hrefOf("/experiments")}>Back to the experiments</a>
      </p>
    </div>
  );
}
