import { useEffect, useId, useRef, useState } from "preact/hooks";
import { hrefOf, navigate } from "../lib/location";
import { Icon } from "../shell/icons";
import { useFound, type Place } from "./found";
import { isPaletteOpen } from "./open";
import css from "./palette.module.css";

const LIMIT = 8;
const PAUSE_MS = 80;

/** Jump to an experiment, a run, a model or a page by a part of its name. */
export function Palette() {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const [active, setActive] = useState(0);
  const { places, error, isLoading } = useFound(asked, LIMIT);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (text === asked) return undefined;
    const timer = setTimeout(() => {
      setAsked(text);
      setActive(0);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" }), [active]);
  const go = (place: Place | undefined) => {
    if (!place) return;
    dialog.current?.close();
    navigate(place.page);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && places.length > 0) setActive((active + step + places.length) % places.length);
    else if (event.key === "Enter") go(places[active]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class={css.palette}
      aria-label="Go to"
      onClose={() => {
        isPaletteOpen.value = false;
      }}
      {...{ closedby: "any" }}
    >
      <div class={css.ask}>
        <Icon name="search" />
        <input
          autofocus
          role="combobox"
          aria-label="Go to an experiment, a run, a model or a page"
          aria-expanded={places.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={places.length > 0 ? `${id}-${active}` : undefined}
          autocomplete="off"
          spellcheck={false}
          placeholder="Experiment, run name or id, model@alias, page"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={press}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Places" class={css.list}>
        {places.map((place, index) => (
          <a
            key={`${place.kind} ${place.page} ${place.text}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            href={hrefOf(place.page)}
            tabIndex={-1}
            onClick={() => dialog.current?.close()}
          >
            <span class={css.kind}>{place.kind}</span>
            <span class={css.name}>{place.text}</span>
            <span class={css.note}>{place.note}</span>
          </a>
        ))}
      </div>
      <p class={css.state} role="status">
        {error ? error.message : places.length === 0 && (isLoading ? "Looking…" : `Nothing is called “${asked.trim()}”.`)}
      </p>
    </dialog>
  );
}
