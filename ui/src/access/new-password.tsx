import { useId } from "preact/hooks";
import css from "./access.module.css";
import { PasswordField } from "./password-field";

/** What the server asks for at least. */
export const MIN_PASSWORD = 12;

interface NewPasswordProps {
  readonly label?: string;
  readonly autofocus?: boolean;
  /** Offers a password that nobody can guess, for handing on. */
  readonly canGenerate?: boolean;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** Ask for a password to be; says what it lacks. */
export function NewPassword({ label = "Password", autofocus = false, canGenerate = false, value, onValue }: NewPasswordProps) {
  const id = useId();
  const missing = MIN_PASSWORD - value.length;
  return (
    <div class={css.newPassword}>
      <PasswordField label={label} autocomplete="new-password" autofocus={autofocus} describedBy={`${id}-rule`} value={value} onValue={onValue} />
      <p class="muted" id={`${id}-rule`}>
        {value === "" ? `At least ${MIN_PASSWORD} characters; a few words are good.` : missing > 0 ? `${missing} more ${missing === 1 ? "character" : "characters"}.` : "Long enough."}
        {canGenerate && (
          <button type="button" class="button small quiet" onClick={() => onValue(generate())}>
            Generate one
          </button>
        )}
      </p>
    </div>
  );
}

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** Return 20 letters and digits in groups of five, none of which looks like another: 100 bits. */
export function generate(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  const letters = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("");
  return letters.match(/.{5}/g)?.join("-") ?? letters;
}
