import { hrefOf } from "../lib/location";
import { Menu, Popover } from "../shell/popover";
import { say } from "../shell/toasts";
import css from "./account.module.css";
import { isAsking, isEnded, me, signOut } from "./session";

/** Who is signed in, and the way out; nothing without authentication. */
export function AccountMenu() {
  const user = me.value?.user;
  if (!user) return null;
  if (isEnded.value) {
    return (
      <button
        type="button"
        class="button primary"
        onClick={() => {
          isAsking.value = true;
        }}
      >
        Sign in
      </button>
    );
  }
  const leave = (close: () => void) => {
    close();
    signOut().catch((failure: unknown) => say(failure instanceof Error ? failure.message : String(failure)));
  };
  return (
    <Popover
      label={`Account: ${user.username}`}
      buttonClass={`button ${css.account}`}
      trigger={
        <>
          <span class={css.initial} data-initial={[...user.username][0]?.toUpperCase()} />
          <span class={css.name}>{user.username}</span>
        </>
      }
    >
      {(close) => (
        <>
          <p class={css.who}>
            <strong>{user.username}</strong>
            {user.is_admin && <span class="muted">Administrator</span>}
          </p>
          <Menu>
            <a href={hrefOf("/settings/account")} onClick={close}>
              Account and tokens
            </a>
            {user.is_admin && (
              <>
                <a href={hrefOf("/settings/users")} onClick={close}>
                  Users
                </a>
                <a href={hrefOf("/settings/roles")} onClick={close}>
                  Roles
                </a>
              </>
            )}
            <button type="button" onClick={() => leave(close)}>
              Sign out
            </button>
          </Menu>
        </>
      )}
    </Popover>
  );
}
