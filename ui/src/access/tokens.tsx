import { useState } from "preact/hooks";
import type { Token } from "../api/schema";
import { useQuery } from "../api/use-query";
import { serverUrl } from "../home/snippets";
import { formatAgo, formatMoment } from "../lib/format";
import settings from "../settings/settings.module.css";
import { FormDialog } from "../shell/form-dialog";
import { Failure } from "../shell/notice";
import { say } from "../shell/toasts";
import css from "./access.module.css";
import { listTokens, revokeToken } from "./access-api";
import { describeScope } from "./scope";
import { useExperimentNames } from "./thing-link";
import { TokenDialog } from "./token-dialog";

interface TokensProps {
  readonly username: string;
  /** Whether they are the reader's own. */
  readonly isOwn: boolean;
}

/** The tokens of somebody: made, looked at, and revoked. */
export function Tokens({ username, isOwn }: TokensProps) {
  const { data, error, refetch } = useQuery({ key: ["access", "tokens", username], ask: (signal) => listTokens(username, signal) });
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const tokens = data ?? [];
  const names = useExperimentNames(tokens.flatMap(({ scope }) => scope?.experiments ?? []));
  return (
    <>
      <section aria-labelledby="tokens">
        <div class={settings.title}>
          <h2 id="tokens">{isOwn ? "Tokens" : `Tokens of ${username}`}</h2>
          <button type="button" class="button" onClick={() => setMaking(true)}>
            New token
          </button>
        </div>
        <p class="muted">
          Programs sign in with a token instead of a password: set <code>HEADWATER_TOKEN</code>, or <code>MLFLOW_TRACKING_TOKEN</code>, or run <code>headwater login {serverUrl()}</code>. A token may do what{" "}
          {isOwn ? "you" : username} may, or less.
        </p>
        {error && <Failure error={error} onRetry={() => void refetch()} isSlim />}
        {!data && !error && <p class="muted">Loading…</p>}
        {data && tokens.length === 0 && <p>There are no tokens yet.</p>}
        {tokens.length > 0 && (
          <div class={settings.scroll} tabIndex={0} role="region" aria-label="Tokens">
            <table class={css.table}>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">May</th>
                  <th scope="col">Begins with</th>
                  <th scope="col">Created</th>
                  <th scope="col">Last used</th>
                  <th scope="col">Ends</th>
                  <th scope="col">
                    <span class="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {tokens.map((token) => (
                  <TokenRow key={token.token_id} token={token} names={names} onRevoke={() => setRevoking(token)} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {isMaking && <TokenDialog username={username} onClose={() => setMaking(false)} />}
      {revoking && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function TokenRow({ token, names, onRevoke }: { readonly token: Token; readonly names: ReadonlyMap<string, string>; readonly onRevoke: () => void }) {
  const now = Date.now();
  const { name, prefix, creation_time: created, last_used: used = 0, expires = 0, scope = {} } = token;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class={css.scope}>{describeScope(scope, names)}</td>
      <td>
        <code>{prefix}…</code>
      </td>
      <td title={formatMoment(created)}>{formatAgo(created, now)}</td>
      <td title={used ? formatMoment(used) : ""}>{used ? formatAgo(used, now) : "never"}</td>
      <td title={expires ? formatMoment(expires) : ""}>
        {expires === 0 ? "never" : expires < now ? <strong class={css.over}>has ended</strong> : new Date(expires).toISOString().slice(0, 10)}
      </td>
      <td class={css.rowActions}>
        <button type="button" class="button small quiet" aria-label={`Revoke the token ${name}`} onClick={onRevoke}>
          Revoke…
        </button>
      </td>
    </tr>
  );
}

function RevokeDialog({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const save = async () => {
    await revokeToken(token);
    say(`The token “${token.name}” is revoked`);
  };
  const { last_used: used = 0 } = token;
  return (
    <FormDialog title={`Revoke the token “${token.name}”`} action="Revoke" isReady onSave={save} onClose={onClose}>
      <p>
        Programs that use it are refused at once, and it cannot be brought back.{" "}
        {used ? `It was used last ${formatAgo(used, Date.now())}.` : "It was never used."}
      </p>
    </FormDialog>
  );
}
