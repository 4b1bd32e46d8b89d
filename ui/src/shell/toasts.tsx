import { signal } from "@preact/signals";
import { Icon } from "./icons";
import css from "./shell.module.css";

interface Toast {
  readonly number: number;
  readonly text: string;
  readonly undo: (() => void) | null;
}

const LIFE_MS = 10_000;
const toasts = signal<readonly Toast[]>([]);
let count = 0;

/** Say what happened for ten seconds, with a way back if there is one. */
export function say(text: string, undo: (() => void) | null = null): void {
  const number = ++count;
  toasts.value = [...toasts.value.slice(-2), { number, text, undo }];
  setTimeout(() => dismiss(number), LIFE_MS);
}

function dismiss(number: number): void {
  toasts.value = toasts.value.filter((toast) => toast.number !== number);
}

/** The messages at the bottom of the page. */
export function Toasts() {
  return (
    <div class={css.toasts} role="status" aria-live="polite">
      {toasts.value.map(({ number, text, undo }) => (
        <div key={number} class={css.toast}>
          <span>{text}</span>
          {undo && (
            <button
              type="button"
              class="button small"
              onClick={() => {
                dismiss(number);
                undo();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" class="button quiet square small" aria-label="Dismiss" onClick={() => dismiss(number)}>
            <Icon name="close" small />
          </button>
        </div>
      ))}
    </div>
  );
}
