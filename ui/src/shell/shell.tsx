import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { AccountMenu } from "../access/account-menu";
import { checkReach, isUnreachable } from "../api/reach";
import { onKeys } from "../lib/keys";
import { isPaused, liveState, type LiveState } from "../lib/live";
import { hrefOf, path } from "../lib/location";
import { useKeptScroll } from "../lib/use-kept";
import { setTheme, theme, THEMES } from "../lib/theme";
import { isPaletteOpen } from "../palette/open";
import { crumbs } from "./chrome";
import { Logo } from "./logo";
import { Icon, type IconName } from "./icons";
import css from "./shell.module.css";
import { lazy } from "./lazy";
import { Toasts } from "./toasts";

const Palette = lazy(() => import("../palette/palette").then((module) => module.Palette));

const PLACES: readonly { readonly name: string; readonly icon: IconName; readonly page: string }[] = [
  { name: "Home", icon: "home", page: "/" },
  { name: "Experiments", icon: "experiments", page: "/experiments" },
  { name: "Models", icon: "models", page: "/models" },
  { name: "Reports", icon: "reports", page: "/reports" },
];

const LIVE_TEXT: Record<LiveState, string> = { off: "", connecting: "connecting", live: "live", lost: "offline, retrying", paused: "paused" };

/** The frame of every page: header, rail, and the page itself; `page` says which it is. */
export function Shell({ page, children }: { readonly page: string; readonly children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  useKeptScroll(main, page);
  return (
    <div class={css.shell}>
      <a class={`${css.skip} button primary`} href="#main" onClick={skip}>
        Skip to content
      </a>
      <Header />
      <Rail />
      <main ref={main} id="main" class={css.main} tabIndex={-1}>
        {children}
      </main>
      {isUnreachable.value && <Unreachable />}
      <Toasts />
      {isPaletteOpen.value && <Palette />}
    </div>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Header() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
  useEffect(() => onKeys({ "Alt+m": () => setTheme(next) }), [next]);
  useEffect(() => {
    const toggle = () => {
      isPaletteOpen.value = !isPaletteOpen.value;
    };
    return onKeys({ "Ctrl+k": toggle });
  }, []);
  return (
    <header class={css.header}>
      <a class={css.logo} href={hrefOf("/")} aria-label="Headwater: home">
        <Logo />
      </a>
      <nav class={css.crumbs} aria-label="Breadcrumb">
        <ol>
          {crumbs.value.map(({ text, page }) => (
            <li key={text} title={text}>{page ? <a href={hrefOf(page)}>{text}</a> : <span aria-current="page">{text}</span>}</li>
          ))}
        </ol>
      </nav>
      <LiveIndicator />
      <button
        type="button"
        class={`${css.find} button`}
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => {
          isPaletteOpen.value = true;
        }}
      >
        <Icon name="search" small />
        <span>Search or go to…</span>
        <kbd>Ctrl K</kbd>
      </button>
      <button
        type="button"
        class="button square"
        aria-label={`Theme: ${theme.value}. Change to ${next}`}
        title={`Theme: ${theme.value} (Alt+M)`}
        onClick={() => setTheme(next)}
      >
        <Icon name={theme.value} />
      </button>
      <AccountMenu />
    </header>
  );
}

/** What the page's stream does, to be paused while the reader wants nothing to move. */
function LiveIndicator() {
  const state = liveState.value;
  if (state === "off") return null;
  const tone = state === "live" ? "ok" : state === "connecting" ? undefined : "warn";
  const toggle = () => {
    isPaused.value = !isPaused.value;
  };
  return (
    <button
      type="button"
      class={`${css.live} button quiet`}
      aria-pressed={isPaused.value}
      aria-label={`Live updates: ${LIVE_TEXT[state]}. ${isPaused.value ? "Go on" : "Pause"}`}
      title={isPaused.value ? "Go on with live updates" : "Pause live updates"}
      onClick={toggle}
    >
      <span class="dot" data-tone={tone} />
      <span role="status">{LIVE_TEXT[state]}</span>
    </button>
  );
}

/** Said until the server is back; what was read stays in view. */
function Unreachable() {
  return (
    <div class={css.unreachable} role="alert">
      <span>The server cannot be reached. What you see was read before; the page goes on by itself when the server is back.</span>
      <button type="button" class="button small" onClick={() => void checkReach()}>
        Try now
      </button>
    </div>
  );
}

function Rail() {
  const isWide = useSignal(localStorage.getItem("headwater.rail") === "wide");
  const toggle = () => {
    isWide.value = !isWide.value;
    localStorage.setItem("headwater.rail", isWide.value ? "wide" : "narrow");
  };
  useEffect(() => onKeys({ "[": toggle }), []);
  return (
    <nav class={css.rail} aria-label="Main" data-wide={isWide.value || undefined}>
      {PLACES.map((place) => (
        <Place key={place.page} {...place} isWide={isWide.value} />
      ))}
      <button
        type="button"
        class={`${css.expand} ${css.foot}`}
        aria-expanded={isWide.value}
        aria-label="Names in the rail"
        title="Names in the rail ([)"
        onClick={toggle}
      >
        <Icon name="panel" />
        {isWide.value && <span>Collapse</span>}
      </button>
      <Place name="Settings" icon="settings" page="/settings" isWide={isWide.value} />
    </nav>
  );
}

function Place({ name, icon, page, isWide }: { name: string; icon: IconName; page: string; isWide: boolean }) {
  const isHere = page === "/" ? path.value === "/" : path.value.startsWith(page);
  return (
    <a href={hrefOf(page)} aria-label={name} title={isWide ? undefined : name} aria-current={isHere ? "page" : undefined}>
      <Icon name={icon} />
      {isWide && <span>{name}</span>}
    </a>
  );
}
