import { useChrome } from "../shell/chrome";

/** The workspace of an experiment's runs. */
export function RunsPage({ experimentId }: { readonly experimentId: string }) {
  useChrome("Runs", [{ text: "Experiments", page: "/experiments" }, { text: experimentId }]);
  return <h1 tabIndex={-1}>Runs of {experimentId}</h1>;
}
