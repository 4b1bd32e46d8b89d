import type { ReferenceElement } from "@floating-ui/dom";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import css from "./shell.module.css";

interface PopoverProps {
  readonly trigger: ComponentChildren;
  readonly label: string;
  readonly buttonClass?: string;
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button that opens a panel beside it; Escape or a click elsewhere closes it. */
export function Popover({ trigger, label, buttonClass = "button", children }: PopoverProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const element = panel.current;
    if (!element) return undefined;
    const follow = (event: Event) => setOpen(event instanceof ToggleEvent && event.newState === "open");
    element.addEventListener("toggle", follow);
    return () => element.removeEventListener("toggle", follow);
  }, []);
  useEffect(() => {
    if (!isOpen || !button.current || !panel.current) return undefined;
    panel.current.querySelector<HTMLElement>("input,button,a")?.focus();
    return keepBeside(button.current, panel.current);
  }, [isOpen]);
  return (
    <>
      <button type="button" ref={button} class={buttonClass} aria-haspopup="dialog" aria-expanded={isOpen} aria-label={label} onPointerEnter={prepare} {...{ popovertarget: id }}>
        {trigger}
      </button>
      <div id={id} ref={panel} popover="auto" class={css.popover} role="dialog" aria-label={label}>
        {isOpen && children(() => panel.current?.hidePopover())}
      </div>
    </>
  );
}

const loadPlacement = () => import("./placement");

/** Load that code as the pointer comes near; what fails is tried again when the panel opens. */
const prepare = () => void loadPlacement().catch(() => undefined);

/** Keep a panel beside what it belongs to, as soon as the code for it is here; return what lets it go. */
function keepBeside(anchor: ReferenceElement, panel: HTMLElement): () => void {
  let isOver = false;
  let letGo = (): void => {
    isOver = true;
  };
  loadPlacement().then(
    (module) => {
      if (!isOver) letGo = module.keepBeside(anchor, panel);
    },
    () => {
      // The server is out of reach: below, whether or not there is room.
      const { left, bottom } = anchor.getBoundingClientRect();
      Object.assign(panel.style, { left: `${left}px`, top: `${bottom}px` });
      panel.dataset.placed = "";
    },
  );
  return () => letGo();
}

interface AnchoredProps {
  readonly anchor: DOMRect;
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A panel that is open beside a place on the page until Escape or a click elsewhere. */
export function Anchored({ anchor, label, onClose, children }: AnchoredProps) {
  const panel = useRef<HTMLDivElement>(null);
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => {
    const { current } = panel;
    if (!current) return undefined;
    const follow = (event: Event) => {
      if (event instanceof ToggleEvent && event.newState === "closed") latest.current();
    };
    current.addEventListener("toggle", follow);
    current.showPopover();
    current.querySelector<HTMLElement>("input,button,select,a")?.focus();
    const letGo = keepBeside({ getBoundingClientRect: () => anchor }, current);
    return () => {
      current.removeEventListener("toggle", follow);
      letGo();
    };
  }, [anchor]);
  return (
    <div ref={panel} popover="auto" class={css.popover} role="dialog" aria-label={label}>
      {children}
    </div>
  );
}

/** The list of actions within a popover. */
export function Menu({ children }: { readonly children: ComponentChildren }) {
  return <div class={css.menu}>{children}</div>;
}
