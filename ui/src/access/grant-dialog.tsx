import { useState } from "preact/hooks";
import type { Kind, Level } from "../api/schema";
import { useQuery } from "../api/use-query";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import css from "./access.module.css";
import { listRoles, listUsers, putGrant } from "./access-api";
import { EVERYTHING, KIND_WORDS, LEVEL_WORDS, LEVELS, type Thing } from "./rights";
import { me } from "./session";
import { findThings } from "./things";

interface GrantDialogProps {
  /** What is granted on; asked for if it is not given. */
  readonly thing?: Thing;
  /** The role to grant to; who gets it is asked for if it is not given. */
  readonly role?: string;
  readonly onClose: () => void;
}

/** Grant something to a user or a role. */
export function GrantDialog({ thing, role, onClose }: GrantDialogProps) {
  const [who, setWho] = useState<"username" | "role">(role ? "role" : "username");
  const [name, setName] = useState(role ?? "");
  const [kind, setKind] = useState<Kind>(thing?.kind ?? "experiment");
  const [resource, setResource] = useState(thing?.resource ?? EVERYTHING);
  const [level, setLevel] = useState<Level>("EDIT");
  const save = async () => {
    await putGrant({ kind, resource: resource.trim(), level, [who]: name.trim() });
    say(`Granted to ${name.trim()}`);
  };
  return (
    <FormDialog
      title={role ? `Grant to the role “${role}”` : `Grant on this ${KIND_WORDS[kind]}`}
      action="Grant"
      isReady={name.trim() !== "" && resource.trim() !== ""}
      onSave={save}
      onClose={onClose}
    >
      {!role && <Whom {...{ who, name }} onWho={setWho} onName={setName} />}
      {!thing && <What {...{ kind, resource }} onKind={setKind} onResource={setResource} />}
      <fieldset class={css.levels}>
        <legend>May</legend>
        {LEVELS.map((one) => (
          <label key={one}>
            <input type="radio" name="level" checked={level === one} onChange={() => setLevel(one)} />
            {LEVEL_WORDS[one]}
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}

interface WhomProps {
  readonly who: "username" | "role";
  readonly name: string;
  readonly onWho: (who: "username" | "role") => void;
  readonly onName: (name: string) => void;
}

/** A user or a role by name; administrators, who may list them, choose. */
function Whom({ who, name, onWho, onName }: WhomProps) {
  const isAdmin = me.value?.user?.is_admin === true;
  const users = useQuery({ key: ["access", "users"], ask: listUsers, enabled: isAdmin });
  const roles = useQuery({ key: ["access", "roles"], ask: listRoles, enabled: isAdmin });
  const offers = who === "username" ? (users.data ?? []).map(({ username }) => username) : (roles.data ?? []).map((role) => role.name);
  return (
    <>
      <div class={`segments ${css.choice}`} role="group" aria-label="To whom">
        <button type="button" aria-pressed={who === "username"} onClick={() => onWho("username")}>
          A user
        </button>
        <button type="button" aria-pressed={who === "role"} onClick={() => onWho("role")}>
          A role
        </button>
      </div>
      <label>
        {who === "username" ? "Username" : "Role"}
        <input class="field" list="grant-names" autofocus required autocomplete="off" autocapitalize="none" spellcheck={false} value={name} onInput={(event) => onName(event.currentTarget.value)} />
      </label>
      <datalist id="grant-names">
        {offers.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </datalist>
    </>
  );
}

interface WhatProps {
  readonly kind: Kind;
  readonly resource: string;
  readonly onKind: (kind: Kind) => void;
  readonly onResource: (resource: string) => void;
}

/** One experiment or model, or all of them. */
function What({ kind, resource, onKind, onResource }: WhatProps) {
  const { data } = useQuery({ key: ["access", "things", kind], ask: (signal) => findThings(kind, signal) });
  const things = data ?? [];
  return (
    <>
      <div class={`segments ${css.choice}`} role="group" aria-label="On what">
        <button type="button" aria-pressed={kind === "experiment"} onClick={() => [onKind("experiment"), onResource(EVERYTHING)]}>
          Experiments
        </button>
        <button type="button" aria-pressed={kind === "registered_model"} onClick={() => [onKind("registered_model"), onResource(EVERYTHING)]}>
          Models
        </button>
      </div>
      <label>
        With
        <select class="field" value={resource} onChange={(event) => onResource(event.currentTarget.value)}>
          <option value={EVERYTHING}>{kind === "experiment" ? "All experiments" : "All models"}</option>
          {things.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
