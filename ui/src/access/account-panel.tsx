import { useState } from "preact/hooks";
import type { Me } from "../api/schema";
import { formatMoment } from "../lib/format";
import settings from "../settings/settings.module.css";
import { say } from "../shell/toasts";
import css from "./access.module.css";
import { setPassword } from "./access-api";
import { MIN_PASSWORD, NewPassword } from "./new-password";
import { PasswordField } from "./password-field";
import { LEVEL_WORDS } from "./rights";
import { me, signIn } from "./session";
import { experimentsOf, ThingLink, useExperimentNames } from "./thing-link";
import { Tokens } from "./tokens";

/** Who the reader is here, their tokens and password, and what they may do. */
export function AccountPanel() {
  const known = me.value;
  if (!known?.user) return null;
  const { user } = known;
  return (
    <>
      <section aria-labelledby="you">
        <h2 id="you">You</h2>
        <dl>
          <Fact name="Username" value={user.username} />
          <Fact name="Signs in by" value={(user.source ?? "password") === "password" ? "password" : (user.source ?? "")} />
          {user.is_admin && <Fact name="Administrator" value="yes: you may do everything" />}
          {(user.roles ?? []).length > 0 && <Fact name="Roles" value={(user.roles ?? []).join(", ")} />}
          {Boolean(user.creation_time) && <Fact name="Since" value={formatMoment(user.creation_time ?? 0)} />}
        </dl>
      </section>
      <Tokens username={user.username} isOwn />
      {(user.source ?? "password") === "password" && <Password username={user.username} />}
      {!user.is_admin && <Allowed known={known} />}
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Password({ username }: { readonly username: string }) {
  const [current, setCurrent] = useState("");
  const [password, setNext] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      await setPassword(username, password, current);
      // All sessions ended with the old password, this one too.
      await signIn(username, password);
      setCurrent("");
      setNext("");
      say("Password changed. Other browsers must sign in again; tokens go on working.");
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
    setBusy(false);
  };
  return (
    <section aria-labelledby="password">
      <h2 id="password">Password</h2>
      <form class={css.passwords} onSubmit={(event) => void save(event)}>
        <input class="visually-hidden" name="username" autocomplete="username" aria-hidden="true" tabIndex={-1} readOnly value={username} />
        <PasswordField label="Current password" autocomplete="current-password" value={current} onValue={setCurrent} />
        <NewPassword label="New password" value={password} onValue={setNext} />
        {error && (
          <p class={css.problem} role="alert">
            {error}
          </p>
        )}
        <div>
          <button type="submit" class="button" disabled={isBusy || current === "" || password.length < MIN_PASSWORD}>
            Change the password
          </button>
        </div>
      </form>
    </section>
  );
}

/** What the reader may do, as the server knows it. */
function Allowed({ known }: { readonly known: Me }) {
  const grants = known.grants ?? [];
  const names = useExperimentNames(experimentsOf(grants));
  return (
    <section aria-labelledby="allowed">
      <h2 id="allowed">What you may do</h2>
      {grants.length > 0 && (
        <div class={settings.scroll}>
          <table class={css.table}>
            <thead>
              <tr>
                <th scope="col">With</th>
                <th scope="col">You may</th>
                <th scope="col">Because of</th>
              </tr>
            </thead>
            <tbody>
              {grants.map((grant) => (
                <tr key={`${grant.kind} ${grant.resource} ${grant.role ?? ""}`}>
                  <td>
                    <ThingLink grant={grant} names={names} />
                  </td>
                  <td>{LEVEL_WORDS[grant.level]}</td>
                  <td>{grant.role ? `the role ${grant.role}` : "a grant to you"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="muted">
        {grants.length > 0 ? "With everything else" : "With every experiment and model"}: {LEVEL_WORDS[known.default ?? "READ"]}. What you create is yours to manage.
      </p>
    </section>
  );
}
