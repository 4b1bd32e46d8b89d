import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ExperimentsPage } from "./experiments/experiments-page";
import { HomePage } from "./home/home-page";
import { onKeys } from "./lib/keys";
import { hrefOf, navigate, path } from "./lib/location";
import { findRoute, type Route } from "./lib/routes";
import { RunsPage } from "./runs/runs-page";
import { SettingsPage } from "./settings/settings-page";
import { useChrome } from "./shell/chrome";
import { Failure, Notice } from "./shell/notice";
import { Shell } from "./shell/shell";

/** The whole application. */
export function App() {
  const route = findRoute(path.value);
  const subject = JSON.stringify([route.page, "experimentId" in route && route.experimentId, "runId" in route && route.runId]);
  useFocusOnChange(subject);
  useEffect(
    () =>
      onKeys({
        "g h": () => navigate("/"),
        "g e": () => navigate("/experiments"),
        "g s": () => navigate("/settings"),
      }),
    [],
  );
  return (
    <Shell>
      <Page route={route} />
    </Shell>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case "home":
      return <HomePage />;
    case "experiments":
      return <ExperimentsPage />;
    case "runs":
      return <RunsPage key={route.experimentId} experimentId={route.experimentId} />;
    case "run":
      return <LazyRunPage key={route.runId} runId={route.runId} rest={route.rest} />;
    case "settings":
      return <SettingsPage />;
    case "unknown":
      return <UnknownPage path={route.path} />;
  }
}

/** Props of the page of a run; `rest` is what follows its id in the path, such as `artifacts/model/MLmodel`. */
export interface RunPageProps {
  readonly runId: string;
  readonly rest: string;
}

function LazyRunPage(props: RunPageProps) {
  const [loaded, setLoaded] = useState<{ readonly RunPage: ComponentType<RunPageProps> } | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const load = () => {
    setError(null);
    import("./run/run-page").then(setLoaded, setError);
  };
  useEffect(load, []);
  if (error) return <Failure error={error} onRetry={load} />;
  return loaded && <loaded.RunPage {...props} />;
}

function UnknownPage({ path: missing }: { readonly path: string }) {
  useChrome("Not found", [{ text: "Not found" }]);
  return (
    <Notice>
      <h1 tabIndex={-1}>No page here</h1>
      <p>
        There is nothing at <code>{missing}</code>. The address may be mistyped, or belong to a newer version.
      </p>
      <a class="button" href={hrefOf("/experiments")}>
        Go to the experiments
      </a>
    </Notice>
  );
}

/** Move the focus to the heading after each change of page, so that screen readers hear it; not on the first page. */
function useFocusOnChange(subject: string): void {
  const previous = useRef(subject);
  useEffect(() => {
    if (previous.current === subject) return;
    previous.current = subject;
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }, [subject]);
}
