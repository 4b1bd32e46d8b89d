import { useState } from "preact/hooks";
import type { User } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatAgo, formatMoment, plural } from "../lib/format";
import settings from "../settings/settings.module.css";
import { Icon } from "../shell/icons";
import { Failure } from "../shell/notice";
import { Menu, Popover } from "../shell/popover";
import { say } from "../shell/toasts";
import css from "./access.module.css";
import { listUsers, setActive, setAdmin } from "./access-api";
import { signedInName } from "./session";
import { Tokens } from "./tokens";
import { CreateUserDialog, DeleteUserDialog, PasswordDialog } from "./user-dialogs";

const MANY = 8;

type Open = { readonly kind: "create" } | { readonly kind: "password" | "delete"; readonly user: User };

/** Everybody who may sign in, for administrators. */
export function UsersPanel() {
  const { data, error, refetch } = useQuery({ key: ["access", "users"], ask: listUsers });
  const [open, setOpen] = useState<Open | null>(null);
  const [shown, setShown] = useState("");
  const [search, setSearch] = useState("");
  const users = data ?? [];
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = users.filter(({ username, roles = [] }) => words.every((word) => [username, ...roles].some((text) => text.toLowerCase().includes(word))));
  return (
    <>
      <section aria-labelledby="users">
        <div class={settings.title}>
          <h2 id="users">
            Users {data && <span class={css.count}>{users.length}</span>}
          </h2>
          {users.length > MANY && (
            <input class="field" type="search" placeholder="Search names and roles" aria-label="Search names and roles" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
          )}
          <button type="button" class="button" onClick={() => setOpen({ kind: "create" })}>
            New user
          </button>
        </div>
        {error && <Failure error={error} onRetry={() => void refetch()} isSlim={data !== undefined} />}
        {!data && !error && <p class="muted">Loading…</p>}
        {found.length > 0 && (
          <div class={settings.scroll} tabIndex={0} role="region" aria-label="Users">
            <table class={css.table}>
              <thead>
                <tr>
                  <th scope="col">User</th>
                  <th scope="col">Roles</th>
                  <th scope="col">Signs in by</th>
                  <th scope="col">Last seen</th>
                  <th scope="col">
                    <span class="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {found.map((user) => (
                  <UserRow key={user.username} user={user} onOpen={setOpen} onTokens={() => setShown(user.username)} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data && search && (
          <p class="muted" role="status">
            {plural(found.length, "user")} of {users.length}
          </p>
        )}
      </section>
      {shown && <Tokens key={shown} username={shown} isOwn={shown === signedInName()} />}
      {open?.kind === "create" && <CreateUserDialog onClose={() => setOpen(null)} />}
      {open?.kind === "password" && <PasswordDialog user={open.user} onClose={() => setOpen(null)} />}
      {open?.kind === "delete" && <DeleteUserDialog user={open.user} onClose={() => setOpen(null)} />}
    </>
  );
}

interface UserRowProps {
  readonly user: User;
  readonly onOpen: (open: Open) => void;
  readonly onTokens: () => void;
}

function UserRow({ user, onOpen, onTokens }: UserRowProps) {
  const { username, is_admin: isAdmin = false, is_active: isActive = true, source = "password", has_password: hasPassword = true, last_seen: seen = 0, roles = [] } = user;
  return (
    <tr>
      <th scope="row" class={css.person}>
        <span class={isActive ? undefined : "muted"}>{username}</span>
        {username === signedInName() && <span class="muted"> (you)</span>}
        {isAdmin && <span class={`tag ${css.badge}`}>administrator</span>}
        {!isActive && <span class={`tag ${css.badge}`}>disabled</span>}
      </th>
      <td>
        {roles.map((role) => (
          <span key={role} class="tag">
            {role}
          </span>
        ))}
      </td>
      <td>{source === "password" && !hasPassword ? "tokens" : source}</td>
      <td title={seen ? formatMoment(seen) : ""}>{seen ? formatAgo(seen, Date.now()) : "never"}</td>
      <td class={css.rowActions}>
        <Popover label={`Actions for ${username}`} buttonClass="button quiet square small" trigger={<Icon name="more" small />}>
          {(close) => <UserMenu {...{ user, isAdmin, isActive, close, onOpen, onTokens }} />}
        </Popover>
      </td>
    </tr>
  );
}

interface UserMenuProps extends UserRowProps {
  readonly isAdmin: boolean;
  readonly isActive: boolean;
  readonly close: () => void;
}

function UserMenu({ user, isAdmin, isActive, close, onOpen, onTokens }: UserMenuProps) {
  const { username, source = "password" } = user;
  const item = (text: string, act: () => void) => (
    <button type="button" onClick={() => [close(), act()]}>
      {text}
    </button>
  );
  const attempt = (work: Promise<void>, done: string) => {
    work.then(
      () => say(done),
      (failure: unknown) => say(failure instanceof Error ? failure.message : String(failure)),
    );
  };
  return (
    <Menu>
      {item(isAdmin ? "No longer an administrator" : "Make an administrator", () =>
        attempt(setAdmin(username, !isAdmin), `${username} is ${isAdmin ? "no longer" : "now"} an administrator`),
      )}
      {item("Tokens…", onTokens)}
      {source === "password" && item("Set a password…", () => onOpen({ kind: "password", user }))}
      {item(isActive ? "Disable" : "Enable", () => attempt(setActive(username, !isActive), isActive ? `${username} can no longer sign in` : `${username} can sign in again`))}
      {item("Delete…", () => onOpen({ kind: "delete", user }))}
    </Menu>
  );
}
