import { useState } from "preact/hooks";
import { FormDialog } from "../shell/form-dialog";
import css from "./home.module.css";
import { loadSamples, removeSamples, useSamples } from "./samples";

/** Offers sample data to somebody who has no runs yet. */
export function LoadSamples() {
  const { samples } = useSamples();
  const [error, setError] = useState("");
  const load = async () => {
    setError("");
    try {
      await loadSamples();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  const isBusy = samples?.state === "loading";
  const said = error || (samples?.state === "failed" ? samples.message : "");
  return (
    <div class={css.samples}>
      <button type="button" class="button" disabled={isBusy} onClick={() => void load()}>
        Load sample data
      </button>
      <span class="muted">
        {isBusy ? <Progress done={samples.done} total={samples.total} /> : "Small networks, trained by this server in some seconds. Nothing leaves it, and one click removes them."}
      </span>
      {said && (
        <p class={css.error} role="alert">
          {said}
        </p>
      )}
    </div>
  );
}

function Progress({ done, total }: { readonly done: number; readonly total: number }) {
  return (
    <span role="status">
      <progress max={total} value={done} aria-label="Runs made" /> {done} of {total} runs
    </span>
  );
}

/** Says that there are sample data, how far they are, and takes them away. */
export function SampleLine() {
  const { samples } = useSamples();
  const [isAsking, setAsking] = useState(false);
  if (!samples || samples.state === "none") return null;
  return (
    <div class={css.samples}>
      {samples.state === "loading" && <Progress done={samples.done} total={samples.total} />}
      {samples.state === "removing" && <span role="status">The sample data are being removed…</span>}
      {samples.state === "failed" && (
        <p class={css.error} role="alert">
          {samples.message}
        </p>
      )}
      {(samples.state === "loaded" || samples.state === "failed") && (
        <button type="button" class="button small" onClick={() => setAsking(true)}>
          Remove sample data…
        </button>
      )}
      {isAsking && (
        <FormDialog title="Remove the sample data" action="Remove" isReady onSave={removeSamples} onClose={() => setAsking(false)}>
          <p>The runs that were loaded as sample data will be gone for good, with their experiments. Runs that you logged into these experiments stay.</p>
        </FormDialog>
      )}
    </div>
  );
}
