import { useEffect, useRef } from "preact/hooks";
import { isAsking, me, mayShow, personCount } from "./access/session";
import { experiments, models, Subject } from "./access/subject";
import { onKeys, showKeys } from "./lib/keys";
import { hrefOf, navigate, path } from "./lib/location";
import { findRoute, type Route } from "./lib/routes";
import { useRecent } from "./palette/recent";
import { RunsPage } from "./runs/runs-page";
import { useChrome } from "./shell/chrome";
import { KeysDialog } from "./shell/keys-dialog";
import { lazy } from "./shell/lazy";
import { Notice } from "./shell/notice";
import { Shell } from "./shell/shell";

const HomePage = lazy(() => import("./home/home-page").then((module) => module.HomePage));
const ExperimentsPage = lazy(() => import("./experiments/experiments-page").then((module) => module.ExperimentsPage));
const SignInPage = lazy(() => import("./access/sign-in-page").then((module) => module.SignInPage));
const SessionDialog = lazy(() => import("./access/session-dialog").then((module) => module.SessionDialog));
const SearchPage = lazy(() => import("./palette/search-page").then((module) => module.SearchPage));
const SettingsPage = lazy(() => import("./settings/settings-page").then((module) => module.SettingsPage));
const ExperimentPage = lazy(() => import("./experiments/experiment-page").then((module) => module.ExperimentPage));
const SweepPage = lazy(() => import("./sweeps/sweep-page").then((module) => module.SweepPage));
const WorkflowPage = lazy(() => import("./sweeps/workflow-page").then((module) => module.WorkflowPage));
const ReportsPage = lazy(() => import("./reports/reports-page").then((module) => module.ReportsPage));
const ReportPage = lazy(() => import("./reports/report-page").then((module) => module.ReportPage));
const RunPage = lazy(() => import("./run/run-page").then((module) => module.RunPage));
const ComparePage = lazy(() => import("./compare/compare-page").then((module) => module.ComparePage));
const ModelsPage = lazy(() => import("./registry/models-page").then((module) => module.ModelsPage));
const ModelPage = lazy(() => import("./registry/model-page").then((module) => module.ModelPage));
const LoggedModelPage = lazy(() => import("./run/logged-model-page").then((module) => module.LoggedModelPage));
const VersionPage = lazy(() => import("./registry/version-page").then((module) => module.VersionPage));
const DiffPage = lazy(() => import("./registry/diff-page").then((module) => module.DiffPage));

const KEYS = { "g h / e / m / s": "Go to home, experiments, models, settings", "[": "Names in the rail", "Alt+M": "Theme", "?": "These keys" };

/** The whole application, or who must sign in first. */
export function App() {
  if (!mayShow.value) return null;
  if (me.value?.authentication && !me.value.user) return <SignInPage me={me.value} />;
  return <Pages />;
}

function Pages() {
  const route = findRoute(path.value);
  const { rest: _rest, tab: _tab, ...place } = { rest: "", tab: "", ...route };
  const subject = JSON.stringify(place);
  useFocusOnChange(subject);
  useRecent();
  useEffect(
    () =>
      onKeys({
        "g h": () => navigate("/"),
        "g e": () => navigate("/experiments"),
        "g m": () => navigate("/models"),
        "g s": () => navigate("/settings"),
      }),
    [],
  );
  useEffect(() => showKeys(KEYS), []);
  return (
    <Shell page={subject}>
      <Page key={personCount.value} route={route} />
      <KeysDialog />
      {isAsking.value && <SessionDialog />}
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
      return (
        <Subject things={experiments(...route.experimentId.split(","))}>
          <RunsPage key={route.experimentId} experimentId={route.experimentId} />
        </Subject>
      );
    case "experiment":
      return (
        <Subject things={experiments(route.experimentId)}>
          <ExperimentPage key={route.experimentId} experimentId={route.experimentId} tab={route.tab} />
        </Subject>
      );
    case "run":
      return <RunPage key={route.runId} runId={route.runId} rest={route.rest} />;
    case "compare":
      return <ComparePage />;
    case "models":
      return <ModelsPage />;
    case "model":
      return (
        <Subject things={models(route.name)}>
          <ModelPage key={route.name} name={route.name} tab={route.tab} />
        </Subject>
      );
    case "logged-model":
      return <LoggedModelPage key={route.modelId} modelId={route.modelId} rest={route.rest} />;
    case "version":
      return (
        <Subject things={models(route.name)}>
          <VersionPage key={`${route.name}/${route.version}`} name={route.name} version={route.version} />
        </Subject>
      );
    case "model-diff":
      return <DiffPage key={route.name} name={route.name} />;
    case "sweep":
      return <SweepPage key={route.runId} runId={route.runId} />;
    case "workflow":
      return <WorkflowPage key={route.runId} runId={route.runId} />;
    case "reports":
      return <ReportsPage />;
    case "report":
      return <ReportPage key={route.reportId} reportId={route.reportId} />;
    case "search":
      return <SearchPage />;
    case "settings":
      return <SettingsPage tab={route.tab} />;
    case "sign-in":
      return <SignedIn next={route.next} />;
    case "unknown":
      return <UnknownPage path={route.path} />;
  }
}

/** Nothing is to be done here for who is signed in. */
function SignedIn({ next }: { readonly next: string }) {
  useEffect(() => navigate(next, { replace: true }), [next]);
  return null;
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
    if (previous.current === subject) return undefined;
    previous.current = subject;
    return focusHeading();
  }, [subject]);
}

/** Focus the heading as soon as the page has one, unless the reader has gone elsewhere; returns what stops waiting. */
function focusHeading(): () => void {
  const start = document.activeElement;
  const focus = () => {
    const heading = document.querySelector<HTMLElement>("main h1[tabindex]");
    heading?.focus({ preventScroll: true });
    return heading !== null;
  };
  if (focus()) return () => undefined;
  const observer = new MutationObserver(() => {
    const { activeElement } = document;
    if ((activeElement !== start && activeElement !== document.body) || focus()) observer.disconnect();
  });
  observer.observe(document.body, { childList: true, subtree: true });
  return () => observer.disconnect();
}
