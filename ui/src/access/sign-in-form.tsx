import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import css from "./access.module.css";
import { PasswordField } from "./password-field";
import { signIn } from "./session";

interface SignInFormProps {
  /** Who is expected to sign in; empty if nobody is. */
  readonly username?: string;
  readonly onDone: () => void;
}

/** Ask for name and password. What was wrong is said above the button, and how long to wait if the server slows tries down. */
export function SignInForm({ username: expected = "", onDone }: SignInFormProps) {
  const [username, setUsername] = useState(expected);
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [waitS, setWait] = useWait();
  const secret = useRef<HTMLInputElement>(null);
  const id = useId();
  const send = async (event: Event) => {
    event.preventDefault();
    if (isBusy || waitS > 0) return;
    setBusy(true);
    setError("");
    try {
      await signIn(username.trim(), password);
      onDone();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      if (failure instanceof ApiError) setWait(failure.retryAfterS);
      setBusy(false);
      secret.current?.select();
    }
  };
  return (
    <form class={css.signIn} onSubmit={(event) => void send(event)}>
      <label>
        Username
        <input
          class="field"
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          required
          autofocus={!expected}
          value={username}
          onInput={(event) => setUsername(event.currentTarget.value)}
        />
      </label>
      <PasswordField label="Password" autocomplete="current-password" autofocus={expected !== ""} field={secret} describedBy={error && `${id}-error`} value={password} onValue={setPassword} />
      {error && (
        <p class={css.problem} id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      <button type="submit" class="button primary" disabled={isBusy || waitS > 0}>
        {waitS > 0 ? `Try again in ${waitS} s` : isBusy ? "Signing in…" : "Sign in"}
      </button>
    </form>
  );
}

/** Count seconds down to zero. */
function useWait(): readonly [number, (seconds: number) => void] {
  const [until, setUntil] = useState(0);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const count = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    count();
    if (until === 0) return undefined;
    const timer = setInterval(count, 250);
    return () => clearInterval(timer);
  }, [until]);
  return [left, (seconds) => setUntil(performance.now() + seconds * 1000)];
}
