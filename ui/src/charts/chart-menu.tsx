import { useEffect, useRef } from "preact/hooks";
import css from "./charts.module.css";
import type { ChartView } from "./view";

export interface ChartMenuProps {
  readonly name: string;
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly isTable: boolean;
  readonly onTable: () => void;
  readonly onPicture: () => void;
  readonly onCsv: () => void;
}

/** Add or remove a key. */
export const toggleKey = (keys: readonly string[], key: string): string[] =>
  keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key];

/** What can be done with one chart; closes on Escape and when the focus leaves. */
export function ChartMenu({ name, view, onView, isTable, onTable, onPicture, onCsv }: ChartMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const element = menu.current;
    if (!element) return undefined;
    const close = () => element.removeAttribute("open");
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !element.open) return;
      event.stopPropagation();
      close();
      element.querySelector("summary")?.focus();
    };
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && !element.contains(event.target)) close();
    };
    const onLeave = (event: FocusEvent) => {
      if (event.relatedTarget instanceof Node && !element.contains(event.relatedTarget)) close();
    };
    element.addEventListener("keydown", onKey);
    element.addEventListener("focusout", onLeave);
    document.addEventListener("pointerdown", onPress);
    return () => {
      element.removeEventListener("keydown", onKey);
      element.removeEventListener("focusout", onLeave);
      document.removeEventListener("pointerdown", onPress);
    };
  }, []);
  const run = (action: () => void) => () => {
    menu.current?.removeAttribute("open");
    action();
  };
  return (
    <details class={css.menu} ref={menu}>
      <summary class={css.icon} aria-label={`Menu of ${name}`}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <circle cx="3" cy="8" r="1.3" />
          <circle cx="8" cy="8" r="1.3" />
          <circle cx="13" cy="8" r="1.3" />
        </svg>
      </summary>
      <div class={css.menuItems}>
        <label>
          <input
            type="checkbox"
            checked={view.logY.includes(name)}
            onChange={() => onView({ ...view, logY: toggleKey(view.logY, name) })}
          />
          Logarithmic y axis
        </label>
        <label>
          <input
            type="checkbox"
            checked={view.logX}
            disabled={view.x === "time"}
            onChange={() => onView({ ...view, logX: !view.logX })}
          />
          Logarithmic x axis, all charts
        </label>
        <button type="button" onClick={run(onTable)}>
          {isTable ? "Show as chart" : "Show as table"}
        </button>
        <button type="button" onClick={run(onPicture)} disabled={isTable}>
          Save picture (PNG)
        </button>
        <button type="button" onClick={run(onCsv)}>
          Save points (CSV)
        </button>
      </div>
    </details>
  );
}
