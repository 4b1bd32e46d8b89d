import { useChrome } from "../shell/chrome";

/** The page of Experiments. */
export function ExperimentsPage() {
  useChrome("Experiments", [{ text: "Experiments" }]);
  return <h1 tabIndex={-1}>Experiments</h1>;
}
