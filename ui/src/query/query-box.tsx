import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { onKeys } from "../lib/keys";
import { Icon } from "../shell/icons";
import css from "./query.module.css";
import { type Place, placeAt, tokenize } from "./tokens";

const PAUSE_MS = 200;
const MAX_OPTIONS = 10;

/** What the box offers to put at the caret, as the language writes it, and what is known of it. */
export interface Offer {
  readonly key: string;
  readonly note: string;
}

interface QueryBoxProps {
  readonly value: string;
  readonly label: string;
  readonly placeholder: string;
  readonly error: string;
  /** Where in the text the error is, or -1. */
  readonly errorAt: number;
  /** What fits the place that `onPlace` told of last; without it, the keys there are. */
  readonly offers: readonly Offer[];
  /** The caret is where something can be completed, or, with null, nowhere such. */
  readonly onPlace?: (place: Place | null) => void;
  readonly onChange: (text: string) => void;
}

/** One line of the search language, coloured, with keys to complete; what is wrong stands below it. */
export function QueryBox({ value, label, placeholder, error, errorAt, offers, onPlace, onChange }: QueryBoxProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(value);
  const [caret, setCaret] = useState(-1);
  const [chosen, setChosen] = useState(-1);
  useEffect(() => setText(value), [value]);
  useEffect(() => onKeys({ "/": () => input.current?.focus() }), []);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);

  const found = caret < 0 ? null : placeAt(text, caret);
  const place = onPlace || found?.kind === "key" ? found : null;
  const identity = JSON.stringify(place);
  useEffect(() => onPlace?.(place), [identity]);
  const options = useMemo(() => {
    const typed = place?.typed.replaceAll(/^['"]|['"]$/g, "").toLowerCase() ?? "";
    if (!place || (place.kind === "key" && typed === "" && text !== "")) return [];
    return offers.filter(({ key }) => key.toLowerCase().includes(typed) && key !== place.typed).slice(0, MAX_OPTIONS);
  }, [offers, identity]);

  const take = (offer: Offer | undefined) => {
    if (!offer || !place || !input.current) return;
    const changed = `${text.slice(0, place.start)}${offer.key} ${text.slice(place.start + place.typed.length).trimStart()}`;
    const end = place.start + offer.key.length + 1;
    input.current.value = changed; // at once: the next key may be pressed before the next drawing
    input.current.setSelectionRange(end, end);
    setText(changed);
    setCaret(onPlace && place.kind !== "value" ? end : -1);
    setChosen(-1);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" && options.length > 0) setChosen((chosen + 1) % options.length);
    else if (event.key === "ArrowUp" && options.length > 0) setChosen((chosen + options.length) % (options.length + 1) - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(options[chosen]);
    else if (event.key === "Enter") {
      setCaret(-1);
      onChange(text);
      return;
    } else if (event.key === "Escape") {
      if (options.length === 0) input.current?.blur();
      setCaret(-1);
      setChosen(-1);
    } else return;
    event.preventDefault();
  };
  const isOpen = options.length > 0;
  return (
    <div class={css.box}>
      <div class={css.line} data-bad={(error !== "" && !isOpen) || undefined}>
        <span class={css.icon}>
          <Icon name="search" small />
        </span>
        <div class={css.field}>
          <div class={css.layer} ref={layer} aria-hidden="true">
            <Highlight text={text} errorAt={error && !isOpen ? errorAt : -1} />
          </div>
          <input
            ref={input}
            class={css.input}
            role="combobox"
            aria-label={label}
            aria-expanded={isOpen}
            aria-controls={`${id}-options`}
            aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
            aria-invalid={error !== ""}
            aria-describedby={error && !isOpen ? `${id}-error` : undefined}
            aria-autocomplete="list"
            autocomplete="off"
            spellcheck={false}
            placeholder={placeholder}
            value={text}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setCaret(event.currentTarget.selectionStart ?? -1);
              setChosen(-1);
            }}
            onScroll={(event) => layer.current?.scrollTo({ left: event.currentTarget.scrollLeft })}
            onBlur={() => setCaret(-1)}
            onKeyDown={onKeyDown}
          />
        </div>
        {text && (
          <button
            type="button"
            class="button quiet square small"
            aria-label="Clear the filter"
            onClick={() => {
              setText("");
              onChange("");
              input.current?.focus();
            }}
          >
            <Icon name="close" small />
          </button>
        )}
      </div>
      <div class={css.options} id={`${id}-options`} role="listbox" aria-label="Completions" hidden={!isOpen}>
        {options.map((offer, index) => (
          <div
            key={offer.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onMouseDown={(event) => {
              event.preventDefault();
              take(offer);
            }}
          >
            {offer.key}
            <span>{offer.note}</span>
          </div>
        ))}
      </div>
      {error && !isOpen && (
        <p class={css.error} id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function Highlight({ text, errorAt }: { readonly text: string; readonly errorAt: number }) {
  return (
    <>
      {tokenize(text).map(({ kind, text: piece, start }) => {
        const isWrong = errorAt >= start && errorAt < start + piece.length;
        return (
          <span key={start} class={isWrong ? `${css[kind] ?? ""} ${css.wrong}` : css[kind]}>
            {piece}
          </span>
        );
      })}
    </>
  );
}
