import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import chartCss from "../charts/charts.module.css";
import { saveText } from "../charts/download";
import { resolveColor } from "../charts/theme";
import { Menu, Popover } from "../shell/popover";
import { saveCanvas } from "./export";
import type { Figure, Refusal } from "./figure";
import { type Build, FigureView, type FigureViewProps, useFigures } from "./figure-view";
import css from "./plots.module.css";
import { sheetToCsv } from "./sheet";
import { SheetTable } from "./sheet-table";

export interface PlotCardProps {
  readonly title: string;
  readonly build: Build;
  readonly height: number;
  readonly focused: Signal<string>;
  readonly overlay?: FigureViewProps["overlay"];
  readonly leastWidth?: number;
  /** Copies the code that draws the chart in Python. */
  readonly onPython: () => void;
  /** More entries of its menu. */
  readonly items?: readonly MenuItem[];
  readonly children?: ComponentChildren;
}

export interface MenuItem {
  readonly label: string;
  readonly isOff?: boolean;
  readonly act: () => void;
}

/** A chart of runs: title, menu, picture or table, and what has to be said beside it. */
export function PlotCard(props: PlotCardProps) {
  const [isLarge, setLarge] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isLarge) dialog.current?.showModal();
  }, [isLarge]);
  return (
    <>
      <Card {...props} isLarge={false} onLarge={() => setLarge(true)} />
      {isLarge && (
        <dialog class={chartCss.dialog} ref={dialog} aria-label={props.title} onClose={() => setLarge(false)}>
          <Card {...props} height={Math.max(240, window.innerHeight - 180)} isLarge onLarge={() => dialog.current?.close()} />
        </dialog>
      )}
    </>
  );
}

interface CardProps extends PlotCardProps {
  readonly isLarge: boolean;
  readonly onLarge: () => void;
}

function Card({ title, build, height, focused, overlay, leastWidth = 0, onPython, items = [], children, isLarge, onLarge }: CardProps) {
  const [isTable, setTable] = useState(false);
  const [drawn, setDrawn] = useState<Figure | Refusal | null>(null);
  const module = useFigures();
  const figure = drawn && "scene" in drawn ? drawn : null;
  const save: readonly MenuItem[] = [
    { label: isTable ? "Show as chart" : "Show as table", isOff: !figure, act: () => setTable(!isTable) },
    { label: "Save picture (PNG)", isOff: !figure, act: () => figure && module && saveCanvas(title, module.paintWhole(figure.scene, resolveColor)) },
    { label: "Save picture (SVG)", isOff: !figure, act: () => figure && module && saveText(title, "svg", module.sceneToSvg(title, figure.scene, resolveColor)) },
    { label: "Save values (CSV)", isOff: !figure, act: () => figure && saveText(title, "csv", sheetToCsv(figure.sheet)) },
    { label: "Copy as Python code", act: onPython },
  ];
  return (
    <section class={chartCss.card} aria-label={title} data-plot={title}>
      <CardHead title={title} items={[...save, ...(isLarge ? [] : items)]} isLarge={isLarge} onLarge={onLarge} />
      {isTable && figure ? (
        <SheetTable title={title} sheet={figure.sheet} height={height} />
      ) : (
        <FigureView {...{ build, height, focused, leastWidth }} onFigure={setDrawn} {...(overlay ? { overlay } : {})} />
      )}
      {figure?.note && <p class={chartCss.note}>{figure.note}</p>}
      {children}
    </section>
  );
}

interface CardHeadProps {
  readonly title: string;
  readonly items: readonly MenuItem[];
  readonly isLarge?: boolean;
  readonly onLarge?: () => void;
}

/** The title of a card with its buttons. */
export function CardHead({ title, items, isLarge = false, onLarge }: CardHeadProps) {
  return (
    <header>
      <h3 title={title}>{title}</h3>
      <span class={chartCss.range} />
      {onLarge && (
        <button type="button" class={chartCss.icon} aria-label={isLarge ? `Close ${title}` : `Expand ${title}`} onClick={onLarge}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d={isLarge ? "m4 4 8 8m0-8-8 8" : "M9.5 2.5h4v4m0-4-5 5m-2 6h-4v-4m0 4 5-5"} />
          </svg>
        </button>
      )}
      <Popover
        trigger={
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path stroke-width="2.4" d="M3 8h0m5 0h0m5 0h0" />
          </svg>
        }
        label={`Menu of ${title}`}
        buttonClass={chartCss.icon ?? ""}
      >
        {(close) => (
          <Menu>
            {items.map(({ label, isOff = false, act }) => (
              <button
                key={label}
                type="button"
                disabled={isOff}
                class={css.item}
                onClick={() => {
                  close();
                  act();
                }}
              >
                {label}
              </button>
            ))}
          </Menu>
        )}
      </Popover>
    </header>
  );
}
