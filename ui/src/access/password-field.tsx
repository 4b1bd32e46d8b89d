import type { Ref } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../shell/icons";
import css from "./access.module.css";

interface PasswordFieldProps {
  readonly label: string;
  readonly autocomplete: "current-password" | "new-password";
  readonly autofocus?: boolean;
  readonly field?: Ref<HTMLInputElement>;
  /** The id of what explains the field. */
  readonly describedBy?: string;
  readonly hint?: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A password that can be looked at; says so when capitals are locked. */
export function PasswordField({ label, autocomplete, autofocus = false, field, describedBy = "", hint = "", value, onValue }: PasswordFieldProps) {
  const [isShown, setShown] = useState(false);
  const [isLocked, setLocked] = useState(false);
  const look = (event: KeyboardEvent) => setLocked(event.getModifierState("CapsLock"));
  const attributes = {
    ref: field ?? null,
    class: "field",
    name: autocomplete,
    autocomplete,
    spellcheck: false,
    required: true,
    autofocus,
    maxLength: 1024,
    "aria-describedby": describedBy || undefined,
    value,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value),
    onKeyDown: look,
    onKeyUp: look,
  };
  return (
    <div class={css.password}>
      <label>
        <span>
          {label} {hint && <span class="muted">{hint}</span>}
        </span>
        {isShown ? <input {...attributes} type="text" /> : <input {...attributes} type="password" />}
      </label>
      <button type="button" class="button quiet square" aria-pressed={isShown} aria-label={`Show: ${label.toLowerCase()}`} title={isShown ? "Hide it" : "Show it"} onClick={() => setShown(!isShown)}>
        <Icon name="eye" />
      </button>
      <span class={css.locked} role="status">
        {isLocked && "Caps Lock is on."}
      </span>
    </div>
  );
}
