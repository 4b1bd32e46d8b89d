import { useId, useState } from "preact/hooks";
import type { Grant, Role } from "../api/schema";
import { useQuery } from "../api/use-query";
import { plural } from "../lib/format";
import settings from "../settings/settings.module.css";
import { FormDialog } from "../shell/form-dialog";
import { Icon } from "../shell/icons";
import { Failure } from "../shell/notice";
import { say } from "../shell/toasts";
import css from "./access.module.css";
import { assignRole, createRole, deleteGrant, deleteRole, listRoles, listUsers, putGrant } from "./access-api";
import { GrantDialog } from "./grant-dialog";
import { LevelSelect } from "./level-select";
import { EVERYTHING } from "./rights";
import { experimentsOf, ThingLink, useExperimentNames } from "./thing-link";

type Open = { readonly kind: "create" } | { readonly kind: "delete" | "grant"; readonly role: Role };

/** More than can be looked through in a list. */
const MANY = 30;

const fail = (failure: unknown) => say(failure instanceof Error ? failure.message : String(failure));

/** What several users may do, under a name; for administrators. */
export function RolesPanel() {
  const { data, error, refetch } = useQuery({ key: ["access", "roles"], ask: listRoles });
  const users = useQuery({ key: ["access", "users"], ask: listUsers });
  const [open, setOpen] = useState<Open | null>(null);
  const names = (users.data ?? []).map(({ username }) => username);
  const experiments = useExperimentNames(experimentsOf((data ?? []).flatMap(({ grants = [] }) => grants)));
  return (
    <>
      <section aria-labelledby="roles">
        <div class={settings.title}>
          <h2 id="roles">
            Roles {data && <span class={css.count}>{data.length}</span>}
          </h2>
          <button type="button" class="button" onClick={() => setOpen({ kind: "create" })}>
            New role
          </button>
        </div>
        <p class="muted">
          A role is a name for what several users may do, such as a team. What is granted to a user alone goes before it. Whoever has several roles may do the most that
          one of them allows.
        </p>
        {error && <Failure error={error} onRetry={() => void refetch()} isSlim={data !== undefined} />}
        {!data && !error && <p class="muted">Loading…</p>}
        {data?.length === 0 && <p>There are no roles yet.</p>}
        {data && data.length > 0 && (
          <ul class={settings.items}>
            {data.map((role) => (
              <RoleItem key={role.name} role={role} names={names} experiments={experiments} onOpen={setOpen} />
            ))}
          </ul>
        )}
      </section>
      {open?.kind === "create" && <CreateDialog onClose={() => setOpen(null)} />}
      {open?.kind === "delete" && <DeleteDialog role={open.role} onClose={() => setOpen(null)} />}
      {open?.kind === "grant" && <GrantDialog role={open.role.name} onClose={() => setOpen(null)} />}
    </>
  );
}

interface RoleItemProps {
  readonly role: Role;
  /** Of all users. */
  readonly names: readonly string[];
  readonly experiments: ReadonlyMap<string, string>;
  readonly onOpen: (open: Open) => void;
}

function RoleItem({ role, names, experiments, onOpen }: RoleItemProps) {
  const { name, description, users = [], grants = [] } = role;
  const others = names.filter((one) => !users.includes(one));
  const assign = (username: string, withdraw: boolean) => {
    assignRole(name, username, withdraw).catch(fail);
  };
  return (
    <li aria-label={name}>
      <div class={settings.title}>
        <h3>{name}</h3>
        <span class={settings.actions}>
          <button type="button" class="button small" aria-label={`Grant something to ${name}`} onClick={() => onOpen({ kind: "grant", role })}>
            Grant…
          </button>
          <button type="button" class="button small quiet" aria-label={`Delete the role ${name}`} onClick={() => onOpen({ kind: "delete", role })}>
            Delete…
          </button>
        </span>
      </div>
      {description && <p class="muted">{description}</p>}
      <div class={css.members}>
        {users.map((username) => (
          <span key={username} class={css.chip}>
            {username}
            <button type="button" aria-label={`Take ${name} from ${username}`} onClick={() => assign(username, true)}>
              <Icon name="close" small />
            </button>
          </span>
        ))}
        {users.length === 0 && <span class="muted">Nobody has it.</span>}
        {others.length > 0 && <GiveTo role={name} names={others} onGive={(username) => assign(username, false)} />}
      </div>
      {grants.length > 0 ? <RoleGrants grants={grants} experiments={experiments} /> : <p class="muted">It allows nothing yet.</p>}
    </li>
  );
}

interface GiveToProps {
  readonly role: string;
  /** Who does not have it. */
  readonly names: readonly string[];
  readonly onGive: (username: string) => void;
}

/** Choose who gets a role, or write it where there are many. */
function GiveTo({ role, names, onGive }: GiveToProps) {
  const id = useId();
  const [text, setText] = useState("");
  if (names.length <= MANY) {
    return (
      <select class={`field ${css.small}`} aria-label={`Give ${role} to`} value="" onChange={(event) => event.currentTarget.value && onGive(event.currentTarget.value)}>
        <option value="">Give it to…</option>
        {names.map((username) => (
          <option key={username}>{username}</option>
        ))}
      </select>
    );
  }
  const send = (event: Event) => {
    event.preventDefault();
    onGive(text.trim());
    setText("");
  };
  return (
    <form class={css.giveTo} onSubmit={send}>
      <input
        class={`field ${css.small}`}
        list={id}
        aria-label={`Give ${role} to`}
        placeholder="Give it to…"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <datalist id={id}>
        {names.map((username) => (
          <option key={username}>{username}</option>
        ))}
      </datalist>
      <button type="submit" class="button small" disabled={!names.includes(text.trim())}>
        Give
      </button>
    </form>
  );
}

function RoleGrants({ grants, experiments }: { readonly grants: readonly Grant[]; readonly experiments: ReadonlyMap<string, string> }) {
  return (
    <div class={settings.scroll}>
      <table class={css.table}>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">With</th>
            <th scope="col">May</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          {grants.map((grant) => {
            const words = grant.resource === EVERYTHING ? `all ${grant.kind === "experiment" ? "experiments" : "models"}` : (experiments.get(grant.resource) ?? grant.resource);
            return (
              <tr key={`${grant.kind} ${grant.resource}`}>
                <td>
                  <ThingLink grant={grant} names={experiments} />
                </td>
                <td>
                  <LevelSelect label={`What ${grant.role} may do with ${words}`} level={grant.level} onLevel={(level) => void putGrant({ ...grant, level }).catch(fail)} />
                </td>
                <td class={css.rowActions}>
                  <button type="button" class="button small quiet square" aria-label={`Take back the grant on ${words} from ${grant.role}`} onClick={() => void deleteGrant(grant).catch(fail)}>
                    <Icon name="close" small />
                  </button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const save = async () => {
    await createRole(name.trim(), description.trim());
    say(`The role ${name.trim()} is made`);
  };
  return (
    <FormDialog title="New role" action="Create" isReady={name.trim() !== ""} onSave={save} onClose={onClose}>
      <label>
        Name
        <input class="field" autofocus required maxLength={250} placeholder="vision-team" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        <span>
          Description <span class="muted">(optional)</span>
        </span>
        <input class="field" maxLength={1000} value={description} onInput={(event) => setDescription(event.currentTarget.value)} />
      </label>
    </FormDialog>
  );
}

function DeleteDialog({ role, onClose }: { readonly role: Role; readonly onClose: () => void }) {
  const { name, users = [], grants = [] } = role;
  const save = async () => {
    await deleteRole(name);
    say(`The role ${name} is deleted`);
  };
  return (
    <FormDialog title={`Delete the role “${name}”`} action="Delete" isReady onSave={save} onClose={onClose}>
      <p>
        {users.length === 0
          ? "Nobody has it."
          : `${plural(users.length, "user")} (${users.join(", ")}) ${users.length === 1 ? "loses" : "lose"} what it allows: ${plural(grants.length, "grant")}.`}
      </p>
    </FormDialog>
  );
}
