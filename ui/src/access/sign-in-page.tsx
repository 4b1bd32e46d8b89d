import { useState } from "preact/hooks";
import type { Me } from "../api/schema";
import { navigate, path } from "../lib/location";
import { setTheme, theme, THEMES } from "../lib/theme";
import { useChrome } from "../shell/chrome";
import { Icon } from "../shell/icons";
import { Logo } from "../shell/logo";
import css from "./access.module.css";
import { MIN_PASSWORD, NewPassword } from "./new-password";
import { Providers } from "./providers";
import { setUp } from "./session";
import { SignInForm } from "./sign-in-form";

/** What who is not signed in sees at every address; the page of the address follows. */
export function SignInPage({ me }: { readonly me: Me }) {
  useChrome(me.setup_needed ? "Set up" : "Sign in", []);
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
  const goOn = () => {
    if (/^\/(login|setup)\b/.test(path.peek())) navigate("/", { replace: true });
  };
  return (
    <div class={css.door}>
      <button
        type="button"
        class={`button square quiet ${css.theme}`}
        aria-label={`Theme: ${theme.value}. Change to ${next}`}
        title={`Theme: ${theme.value}`}
        onClick={() => setTheme(next)}
      >
        <Icon name={theme.value} />
      </button>
      <main id="main" class={css.card}>
        <Logo size={40} />
        {me.setup_needed ? (
          <SetUp onDone={goOn} />
        ) : (
          <>
            <h1 tabIndex={-1}>Sign in to Headwater</h1>
            <Providers />
            <SignInForm onDone={goOn} />
            <p class={css.aside}>No account, or the password is lost? An administrator of this server can help.</p>
          </>
        )}
      </main>
    </div>
  );
}

/** Make the first administrator, with the code that the server wrote into its log. */
function SetUp({ onDone }: { readonly onDone: () => void }) {
  const [code, setCode] = useState("");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      await setUp(code.trim(), username.trim(), password);
      onDone();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      setBusy(false);
    }
  };
  return (
    <>
      <h1 tabIndex={-1}>Create the first administrator</h1>
      <p class={css.aside}>
        Nobody can sign in to this server yet. It wrote a code like <code>ABCD-1234</code> where it was started: it shows that the server is yours. Without it,{" "}
        <code>headwater users create NAME --admin</code> on the server does the same.
      </p>
      <form class={css.signIn} onSubmit={(event) => void send(event)}>
        <label>
          Code
          <input
            class={`field mono ${css.code}`}
            autofocus
            required
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            placeholder="XXXX-XXXX"
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </label>
        <label>
          Username
          <input
            class="field"
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            maxLength={256}
            value={username}
            onInput={(event) => setUsername(event.currentTarget.value)}
          />
        </label>
        <NewPassword value={password} onValue={setPassword} />
        {error && (
          <p class={css.problem} role="alert">
            {error}
          </p>
        )}
        <button type="submit" class="button primary" disabled={isBusy || password.length < MIN_PASSWORD}>
          Create and sign in
        </button>
      </form>
    </>
  );
}
