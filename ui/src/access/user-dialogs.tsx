import { useState } from "preact/hooks";
import type { User } from "../api/schema";
import { CopyButton } from "../panels/copy-button";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import { createUser, deleteUser, setPassword } from "./access-api";
import css from "./access.module.css";
import { MIN_PASSWORD, NewPassword } from "./new-password";

/** Add somebody, with a password to hand on, or without one: a program with tokens. */
export function CreateUserDialog({ onClose }: { readonly onClose: () => void }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [isProgram, setProgram] = useState(false);
  const [isAdmin, setAdmin] = useState(false);
  const name = username.trim();
  const save = async () => {
    await createUser({ username: name, password: isProgram ? "" : password, is_admin: isAdmin });
    say(`${name} can sign in now`);
  };
  return (
    <FormDialog title="New user" action="Create" isReady={name !== "" && (isProgram || password.length >= MIN_PASSWORD)} onSave={save} onClose={onClose}>
      <label>
        Username
        <input
          class="field"
          autofocus
          required
          maxLength={256}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={username}
          onInput={(event) => setUsername(event.currentTarget.value)}
        />
      </label>
      <label>
        <input type="checkbox" checked={isProgram} onChange={(event) => setProgram(event.currentTarget.checked)} />
        Without a password: a program, which signs in with tokens
      </label>
      {!isProgram && <HandOn {...{ name, password }} onPassword={setPassword} />}
      <label>
        <input type="checkbox" checked={isAdmin} onChange={(event) => setAdmin(event.currentTarget.checked)} />
        Administrator: may do everything, and manages users
      </label>
    </FormDialog>
  );
}

interface UserDialogProps {
  readonly user: User;
  readonly onClose: () => void;
}

/** Give somebody who has lost theirs a new password. */
export function PasswordDialog({ user, onClose }: UserDialogProps) {
  const [password, setNext] = useState("");
  const { username } = user;
  const save = async () => {
    await setPassword(username, password);
    say(`${username} has a new password`);
  };
  return (
    <FormDialog title={`A new password for ${username}`} action="Set" isReady={password.length >= MIN_PASSWORD} onSave={save} onClose={onClose}>
      <p>The old one stops working, and {username} must sign in again everywhere. Tokens go on working.</p>
      <HandOn name={username} password={password} onPassword={setNext} isFirst />
    </FormDialog>
  );
}

interface HandOnProps {
  readonly name: string;
  readonly password: string;
  readonly onPassword: (password: string) => void;
  readonly isFirst?: boolean;
}

function HandOn({ name, password, onPassword, isFirst = false }: HandOnProps) {
  return (
    <div>
      <NewPassword canGenerate autofocus={isFirst} value={password} onValue={onPassword} />
      {password.length >= MIN_PASSWORD && (
        <p class="muted">
          <CopyButton text={password} label="the password" /> Hand it on in a safe way; {name || "the user"} can change it under Account.
        </p>
      )}
    </div>
  );
}

/** Delete somebody once the name is written. */
export function DeleteUserDialog({ user, onClose }: UserDialogProps) {
  const [typed, setTyped] = useState("");
  const { username } = user;
  const save = async () => {
    await deleteUser(username);
    say(`${username} is deleted`);
  };
  return (
    <FormDialog title={`Delete the user “${username}”`} action="Delete" isReady={typed === username} onSave={save} onClose={onClose}>
      <p class={css.words}>
        Tokens, grants and roles of {username} are gone for good; runs and models stay, and so does the name in their history. To keep the grants for later, disable the user instead.
      </p>
      <label>
        <span>
          Write <code>{username}</code> to confirm
        </span>
        <input class="field" autofocus required autocomplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      </label>
    </FormDialog>
  );
}
