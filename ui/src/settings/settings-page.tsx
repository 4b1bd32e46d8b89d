import { useState } from "preact/hooks";
import { me } from "../access/session";
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

const AccountPanel = lazy(() => import("../access/account-panel").then((module) => module.AccountPanel));
const UsersPanel = lazy(() => import("../access/users-panel").then((module) => module.UsersPanel));
const RolesPanel = lazy(() => import("../access/roles-panel").then((module) => module.RolesPanel));
const WebhooksPanel = lazy(() => import("./webhooks-panel").then((module) => module.WebhooksPanel));
const StoragePanel = lazy(() => import("./storage-panel").then((module) => module.StoragePanel));

interface Tab {
  readonly tab: string;
  readonly text: string;
  /** Who has it; everybody unless it is said. Without authentication there are no users, and everybody administers. */
  readonly isFor?: "users" | "administrators" | "administrators of users";
}

const TABS: readonly Tab[] = [
  { tab: "", text: "General" },
  { tab: "account", text: "Account", isFor: "users" },
  { tab: "users", text: "Users", isFor: "administrators of users" },
  { tab: "roles", text: "Roles", isFor: "administrators of users" },
  { tab: "webhooks", text: "Webhooks", isFor: "administrators" },
  { tab: "storage", text: "Storage", isFor: "administrators" },
];

/** Return why the reader does not have a tab; empty if they do. */
function lackOf({ isFor }: Tab): "" | "users" | "administrator" {
  const hasUsers = me.value?.authentication === true;
  const isAdmin = !hasUsers || me.value?.user?.is_admin === true;
  if (!hasUsers && (isFor === "users" || isFor === "administrators of users")) return "users";
  return isAdmin || isFor === undefined || isFor === "users" ? "" : "administrator";
}

/** What the reader can set, and what this server keeps and sends. */
export function SettingsPage({ tab }: { readonly tab: string }) {
  const here = TABS.find((one) => one.tab === tab && tab);
  const lack = here ? lackOf(here) : "";
  useChrome(here ? `${here.text} · Settings` : "Settings", [{ text: "Settings", page: "/settings" }, ...(here ? [{ text: here.text }] : [])]);
  return (
    <div class={css.page} data-wide={tab === "users" || tab === "roles" || undefined}>
      <h1 tabIndex={-1}>Settings</h1>
      <nav class={css.tabs} aria-label="Settings">
        {TABS.filter((one) => lackOf(one) === "").map((one) => (
          <a key={one.tab} href={hrefOf(`/settings${one.tab && `/${one.tab}`}`)} aria-current={one.tab === tab ? "page" : undefined}>
            {one.text}
          </a>
        ))}
      </nav>
      {lack === "administrator" && (
        <section>
          <p>Only administrators of this server have these settings. Ask one of them.</p>
        </section>
      )}
      {lack === "users" && <Access />}
      {lack === "" && <Panel tab={tab} />}
    </div>
  );
}

function Panel({ tab }: { readonly tab: string }) {
  switch (tab) {
    case "account":
      return <AccountPanel />;
    case "users":
      return <UsersPanel />;
    case "roles":
      return <RolesPanel />;
    case "webhooks":
      return <WebhooksPanel />;
    case "storage":
      return <StoragePanel />;
    default:
      return <General />;
  }
}

/** Say that everybody may do everything here, and how that is changed. */
function Access() {
  return (
    <section aria-labelledby="access">
      <h2 id="access">Access</h2>
      <p>Whoever reaches this server may read and change everything: it knows no users. Start it with authentication to give people and programs names, passwords, tokens and rights.</p>
      <Snippet label="command" code={"headwater server --auth"} />
      <p class="muted">It prints a code with which the first administrator is created in the browser. What is logged already stays as it is.</p>
    </section>
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
      {me.value?.authentication === false && <Access />}
    </>
  );
}
