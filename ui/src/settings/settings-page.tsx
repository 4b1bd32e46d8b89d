import { useState } from "preact/hooks";
import { readText } from "../api/client";
import { useQuery } from "../api/use-query";
import { serverUrl } from "../home/snippets";
import { hrefOf } from "../lib/location";
import { areKeysOn, setKeysOn } from "../lib/keys";
import { setTheme, theme, THEMES } from "../lib/theme";
import { useChrome } from "../shell/chrome";
import { lazy } from "../shell/lazy";
import { Failure } from "../shell/notice";
import { Snippet } from "../shell/snippet";
import css from "./settings.module.css";

const THEME_NAMES = { system: "As the system", light: "Light", dark: "Dark" } as const;
const KEYS: readonly (readonly [string, string])[] = [
  ["Ctrl K", "Go to an experiment, a run, a model or a page"],
  ["/", "Filter"],
  ["j k ↑ ↓", "Next and previous row"],
  ["x or Space", "Select the run"],
  ["Shift ↑ ↓", "Select a range"],
  ["Enter", "Open the row"],
  ["← →", "Hide and show child runs"],
  ["\\", "Next layout"],
  ["[", "Names in the rail"],
  ["n", "New experiment"],
  ["g h, g e, g m, g s", "Go to home, experiments, models, settings"],
  ["Alt M", "Theme"],
];

const WebhooksPanel = lazy(() => import("./webhooks-panel").then((module) => module.WebhooksPanel));
const StoragePanel = lazy(() => import("./storage-panel").then((module) => module.StoragePanel));
const TABS: readonly { readonly tab: string; readonly text: string }[] = [
  { tab: "", text: "General" },
  { tab: "webhooks", text: "Webhooks" },
  { tab: "storage", text: "Storage" },
];

/** What the reader can set, and what this server keeps and sends. */
export function SettingsPage({ tab }: { readonly tab: string }) {
  const here = TABS.find((one) => one.tab === tab && tab);
  useChrome(here ? `${here.text} · Settings` : "Settings", [{ text: "Settings", page: "/settings" }, ...(here ? [{ text: here.text }] : [])]);
  return (
    <div class={css.page}>
      <h1 tabIndex={-1}>Settings</h1>
      <nav class={css.tabs} aria-label="Settings">
        {TABS.map((one) => (
          <a key={one.tab} href={hrefOf(`/settings${one.tab && `/${one.tab}`}`)} aria-current={one.tab === tab ? "page" : undefined}>
            {one.text}
          </a>
        ))}
      </nav>
      {tab === "webhooks" && <WebhooksPanel />}
      {tab === "storage" && <StoragePanel />}
      {tab === "" && <General />}
    </div>
  );
}

function General() {
  const [keys, setKeys] = useState(areKeysOn);
  const version = useQuery({ key: ["version"], ask: (signal) => readText("version", signal) });
  return (
    <>
      <section aria-labelledby="appearance">
        <h2 id="appearance">Appearance</h2>
        <fieldset>
          <legend>Theme</legend>
          {THEMES.map((choice) => (
            <label key={choice}>
              <input type="radio" name="theme" checked={theme.value === choice} onChange={() => setTheme(choice)} />
              {THEME_NAMES[choice]}
            </label>
          ))}
        </fieldset>
      </section>
      <section aria-labelledby="keyboard">
        <h2 id="keyboard">Keyboard</h2>
        <label>
          <input
            type="checkbox"
            checked={keys}
            onChange={(event) => {
              setKeysOn(event.currentTarget.checked);
              setKeys(event.currentTarget.checked);
            }}
          />
          Shortcuts of single letters
        </label>
        <dl>
          {KEYS.map(([key, meaning]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-labelledby="server">
        <h2 id="server">Server</h2>
        {version.error && <Failure error={version.error} onRetry={() => void version.refetch()} isSlim />}
        <dl>
          <div>
            <dt>Version</dt>
            <dd class="mono">{version.data ?? "…"}</dd>
          </div>
        </dl>
        <h3>Tracking URI</h3>
        <Snippet label="tracking URI" code={serverUrl()} />
      </section>
    </>
  );
}
