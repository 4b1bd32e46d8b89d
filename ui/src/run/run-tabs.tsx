import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { formatCount } from "../charts/numbers";
import { onKeys } from "../lib/keys";
import { hrefOf, navigate } from "../lib/location";
import css from "../panels/panels.module.css";
import { writePlace, type Tab } from "./route";
import type { TabItem } from "./tabs";

/** The tabs of a run as links; the keys 1 to 9 go to them. */
export function RunTabs({ items, current, base }: { readonly items: readonly TabItem[]; readonly current: Tab; readonly base: string }) {
  const order = items.map((item) => item.tab).join(" ");
  // At once, not after the next frame: who sees the tabs may press their keys.
  useLayoutEffect(() => {
    const go = items.map((item, index) => [String(index + 1), () => navigate(writePlace(base, item.tab))] as const);
    return onKeys(Object.fromEntries(go));
  }, [order, base]);
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const { current: element } = bar;
    const tab = element?.querySelector<HTMLElement>("[aria-current]");
    if (element && tab) element.scrollLeft = tab.offsetLeft - (element.clientWidth - tab.offsetWidth) / 2;
  }, [current, order]);
  return (
    <nav class={css.tabs} aria-label="Run" ref={bar}>
      {items.map(({ tab, label, count }) => (
        <a key={tab} href={hrefOf(writePlace(base, tab))} aria-current={tab === current ? "page" : undefined}>
          {label}
          {count !== null && <span class={css.count}>{formatCount(count)}</span>}
        </a>
      ))}
    </nav>
  );
}
