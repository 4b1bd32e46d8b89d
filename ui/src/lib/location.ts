/** Where the reader is: the address as signals, links and moves without loading a page. */

import { computed, signal } from "@preact/signals";
import { changeEntry, pushEntry, returnToEntry, storeEntries } from "./entry";

/** The path below which this server's pages are; ends in a slash. */
export const basePath = new URL(document.baseURI).pathname;

const address = signal(new URL(location.href));

/** The path below the base path, starting with a slash. */
export const path = computed(() => `/${address.value.pathname.slice(basePath.length)}`);

/** The parameters of the address. */
export const query = computed(() => address.value.searchParams);

/** Return the address of a page, for a link. */
export function hrefOf(page: string): string {
  return basePath + page.slice(1);
}

/** Go to a page; `replace` leaves no entry in the history. */
export function navigate(page: string, { replace = false } = {}): void {
  const target = new URL(hrefOf(page), location.href);
  if (target.href === location.href) return;
  if (replace) history.replaceState(changeEntry(), "", target);
  else history.pushState(pushEntry(target.pathname === location.pathname), "", target);
  address.value = target;
}

/** Stay on the page and change its parameters. */
export function setQuery(parameters: URLSearchParams, { replace = true } = {}): void {
  navigate(path.value + writeQuery(parameters), { replace });
}

/** Write parameters so that a person can read them: only what would be misread is escaped. */
export function writeQuery(parameters: URLSearchParams): string {
  const parts = [...parameters].map(([name, value]) => `${readable(name)}=${readable(value)}`);
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}

function readable(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%20", "+")
    .replaceAll(/%(2C|2F|3A|3B|3D|3C|3E|40|24|60|5B|5D)/g, (escape) => decodeURIComponent(escape));
}

/** Follow clicks on links to our own pages, and the browser's back and forward. */
export function startNavigation(): void {
  history.scrollRestoration = "manual";
  addEventListener("pagehide", storeEntries);
  addEventListener("popstate", () => {
    returnToEntry();
    address.value = new URL(location.href);
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || !isOurs(event, link)) return;
    event.preventDefault();
    const target = new URL(link.href);
    navigate(`/${target.pathname.slice(basePath.length)}${target.search}${target.hash}`);
  });
}

function isOurs(event: MouseEvent, link: HTMLAnchorElement): boolean {
  if (event.defaultPrevented || event.button !== 0) return false;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return false;
  if (/\/(api|get-artifact|ajax-api)(\/|$)/.test(link.pathname)) return false;
  return link.pathname.startsWith(basePath) && !link.getAttribute("href")?.startsWith("#");
}
