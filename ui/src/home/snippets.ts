/** Code to copy, with the address of this server. */

/** Return the address that clients use for this server. */
export function serverUrl(): string {
  return new URL(document.baseURI).href.replace(/\/$/, "");
}

/** Log a run with our own client. */
export function pythonSnippet(experiment: string): string {
  return `import headwater as hw

hw.set_tracking_uri(${quote(serverUrl())})
hw.set_experiment(${quote(experiment)})

with hw.start_run():
    hw.log_param("learning_rate", 0.01)
    hw.log_metric("loss", 0.25, step=1)`;
}

/** Point programs that log already at this server. */
export function environmentSnippet(): string {
  return `export MLFLOW_TRACKING_URI=${serverUrl()}`;
}

/** Look from the command line. */
export function commandSnippet(): string {
  return `headwater experiments list --tracking-uri ${serverUrl()}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
