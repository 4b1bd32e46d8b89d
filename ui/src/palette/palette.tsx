import { useEffect, useId, useRef, useState } from "preact/hooks";
import { hrefOf, navigate } from "../lib/location";
import { Icon } from "../shell/icons";
import { type Action, offeredActions } from "./actions";
import { mergePlaces, useFound, type Place } from "./found";
import { fitting } from "./fuzzy";
import { isPaletteOpen } from "./open";
import { recentPlaces } from "./recent";
import css from "./palette.module.css";

const LIMIT = 8;
const PAUSE_MS = 80;

type Entry = Place | Action;

/** Jump to an experiment, a run, a model or a page by a part of its name, or do something with what is selected. */
export function Palette() {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const [active, setActive] = useState(0);
  const [isEntered, setEntered] = useState(false);
  const { places, error, isLoading } = useFound(asked, LIMIT);
  const actions = fitting(offeredActions.value, asked, (action) => action.text);
  const entries: readonly Entry[] = [...actions, ...mergePlaces(asked, recentPlaces.value, places)];
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
  const isBehind = text !== asked || isLoading;
  const go = (entry: Entry | undefined) => {
    setEntered(false);
    if (!entry) return;
    dialog.current?.close();
    if ("act" in entry) entry.act();
    else navigate(entry.page);
  };
  // Enter means what stands first for the whole text, however fast it was typed.
  useEffect(() => {
    if (isEntered && !isBehind) go(entries[active]);
  }, [isEntered, isBehind]);
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && entries.length > 0) setActive((active + step + entries.length) % entries.length);
    else if (event.key === "Enter" && isBehind && active === 0) setEntered(true);
    else if (event.key === "Enter") go(entries[active]);
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
          aria-expanded={entries.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={entries.length > 0 ? `${id}-${active}` : undefined}
          autocomplete="off"
          spellcheck={false}
          placeholder="Experiment, run name or id, model@alias, page"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setEntered(false);
          }}
          onKeyDown={press}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Actions and places" class={css.list}>
        {entries.map((entry, index) =>
          "act" in entry ? (
            <button key={`action ${entry.text}`} id={`${id}-${index}`} type="button" role="option" aria-selected={index === active} tabIndex={-1} onClick={() => go(entry)}>
              <Words kind="action" entry={entry} />
            </button>
          ) : (
            <a
              key={`${entry.kind} ${entry.page} ${entry.text}`}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              href={hrefOf(entry.page)}
              tabIndex={-1}
              onClick={() => dialog.current?.close()}
            >
              <Words kind={entry.kind} entry={entry} />
            </a>
          ),
        )}
      </div>
      <p class={css.state} role="status">
        {error ? error.message : entries.length === 0 && (isLoading ? "Looking…" : `Nothing is called “${asked.trim()}”.`)}
      </p>
    </dialog>
  );
}

function Words({ kind, entry }: { readonly kind: string; readonly entry: Entry }) {
  return (
    <>
      <span class={css.kind}>{kind}</span>
      <span class={css.name}>{entry.text}</span>
      <span class={css.note}>{entry.note}</span>
    </>
  );
}
