import { useState } from "preact/hooks";
import type { Grant, Level, ListGrantsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import panels from "../panels/panels.module.css";
import settings from "../settings/settings.module.css";
import { FormDialog } from "../shell/form-dialog";
import { Icon } from "../shell/icons";
import { Failure } from "../shell/notice";
import { say } from "../shell/toasts";
import css from "./access.module.css";
import { deleteGrant, listGrants, putGrant } from "./access-api";
import { GrantDialog } from "./grant-dialog";
import { LevelSelect } from "./level-select";
import { KIND_WORDS, LEVEL_WORDS, levelOf, refusalOf, type Thing } from "./rights";
import { me } from "./session";

/** Who may do what with an experiment or a model. */
export function GrantsPanel({ thing }: { readonly thing: Thing }) {
  const refusal = refusalOf(me.value, [thing], "MANAGE");
  return (
    <section class={`${panels.panel} ${css.grants}`} aria-labelledby="grants">
      <header>
        <h2 id="grants">Who may do what</h2>
      </header>
      {refusal ? (
        <p>
          {refusal} Who else may do what is told to those who manage it.
        </p>
      ) : (
        <Managed thing={thing} />
      )}
    </section>
  );
}

/** A change that would take the reader's own right to make it back. */
interface Farewell {
  readonly words: string;
  readonly act: () => Promise<void>;
}

function Managed({ thing }: { readonly thing: Thing }) {
  const { data, error, refetch } = useQuery({ key: ["access", "grants", thing.kind, thing.resource], ask: (signal) => listGrants(thing, signal) });
  const [isAdding, setAdding] = useState(false);
  const [farewell, setFarewell] = useState<Farewell | null>(null);
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} isSlim /> : <p class="muted">Loading…</p>;
  const change = (old: Grant, level: Level | null) => {
    const act = () => (level === null ? deleteGrant(old) : putGrant({ ...old, level }));
    if (losesOwn(data, thing, old, level)) setFarewell({ words: `You would no longer manage this ${KIND_WORDS[thing.kind]}, nor be able to undo it.`, act });
    else act().catch((failure: unknown) => say(failure instanceof Error ? failure.message : String(failure)));
  };
  return (
    <>
      {error && <Failure error={error} onRetry={() => void refetch()} isSlim />}
      <div class={settings.scroll}>
        <table class={css.table}>
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col">May</th>
              <th scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.grants.map((grant) => (
              <GrantRow key={`${grant.username ?? ""} ${grant.role ?? ""}`} grant={grant} onChange={(level) => change(grant, level)} />
            ))}
            <tr>
              <th scope="row" class={css.rest}>
                {data.grants.length > 0 ? "Everybody else" : "Everybody"}
              </th>
              <td colSpan={2}>
                {LEVEL_WORDS[data.default]} <span class="muted">(unless granted on all)</span>
              </td>
            </tr>
            <tr>
              <th scope="row" class={css.rest}>
                Administrators
              </th>
              <td colSpan={2}>Everything</td>
            </tr>
          </tbody>
        </table>
      </div>
      <div>
        <button type="button" class="button small" onClick={() => setAdding(true)}>
          <Icon name="plus" small /> Grant…
        </button>
      </div>
      {isAdding && <GrantDialog thing={thing} onClose={() => setAdding(false)} />}
      {farewell && (
        <FormDialog title="Give up managing it" action="Give up" isReady onSave={farewell.act} onClose={() => setFarewell(null)}>
          <p>{farewell.words}</p>
        </FormDialog>
      )}
    </>
  );
}

/** Return whether the reader would no longer manage the thing after the change of one grant. */
function losesOwn({ grants }: ListGrantsResponse, thing: Thing, old: Grant, level: Level | null): boolean {
  const known = me.peek();
  if (!known?.user || known.user.is_admin) return false;
  const isMine = old.username === known.user.username || (old.role !== undefined && (known.user.roles ?? []).includes(old.role));
  if (!isMine) return false;
  const elsewhere = (known.grants ?? []).filter(({ kind, resource }) => kind !== thing.kind || resource !== thing.resource);
  const mine = (grant: Grant) => grant.username === known.user?.username || (known.user?.roles ?? []).includes(grant.role ?? "");
  const here = grants.filter(mine).flatMap((grant) => (grant === old ? (level === null ? [] : [{ ...grant, level }]) : [grant]));
  return levelOf({ ...known, grants: [...elsewhere, ...here] }, thing) !== "MANAGE";
}

function GrantRow({ grant, onChange }: { readonly grant: Grant; readonly onChange: (level: Level | null) => void }) {
  const who = grant.role ? `role ${grant.role}` : (grant.username ?? "");
  return (
    <tr>
      <th scope="row" class={css.person}>
        {grant.role ? (
          <>
            {grant.role} <span class={`tag ${css.badge}`}>role</span>
          </>
        ) : (
          grant.username
        )}
      </th>
      <td>
        <LevelSelect label={`What ${who} may do`} level={grant.level} onLevel={onChange} />
      </td>
      <td class={css.rowActions}>
        <button type="button" class="button small quiet square" aria-label={`Take back the grant to ${who}`} title="Take it back" onClick={() => onChange(null)}>
          <Icon name="close" small />
        </button>
      </td>
    </tr>
  );
}
