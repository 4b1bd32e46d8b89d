import { useState } from "preact/hooks";
import type { Kind, Level } from "../api/schema";
import { useQuery } from "../api/use-query";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import css from "./access.module.css";
import { listRoles, listUsers, putGrant } from "./access-api";
import { EVERYTHING, KIND_WORDS, LEVEL_WORDS, LEVELS, type Thing } from "./rights";
import { me } from "./session";
import { findNames, resolveName } from "./things";

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
  const [isAll, setAll] = useState(false);
  const [one, setOne] = useState("");
  const [level, setLevel] = useState<Level>("EDIT");
  const save = async () => {
    const resource = thing?.resource ?? (isAll ? EVERYTHING : await resolveName(kind, one.trim()));
    await putGrant({ kind, resource, level, [who]: name.trim() });
    say(`Granted to ${name.trim()}`);
  };
  return (
    <FormDialog
      title={role ? `Grant to the role “${role}”` : `Grant on this ${KIND_WORDS[kind]}`}
      action="Grant"
      isReady={name.trim() !== "" && (thing !== undefined || isAll || one.trim() !== "")}
      onSave={save}
      onClose={onClose}
    >
      {!role && <Whom {...{ who, name }} onWho={setWho} onName={setName} />}
      {!thing && <What {...{ kind, isAll, one }} onKind={(next) => [setKind(next), setOne("")]} onAll={setAll} onOne={setOne} />}
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
  readonly isAll: boolean;
  /** The name of the one, as far as it is typed. */
  readonly one: string;
  readonly onKind: (kind: Kind) => void;
  readonly onAll: (isAll: boolean) => void;
  readonly onOne: (name: string) => void;
}

const PLURALS: Readonly<Record<Kind, string>> = { experiment: "experiments", registered_model: "models" };

/** One experiment or model, which the server finds by a part of its name, or all of them. */
function What({ kind, isAll, one, onKind, onAll, onOne }: WhatProps) {
  const { data: names = [] } = useQuery({ key: ["access", "names", kind, one], ask: (signal) => findNames(kind, one, signal), enabled: !isAll });
  return (
    <>
      <div class={`segments ${css.choice}`} role="group" aria-label="On what">
        <button type="button" aria-pressed={kind === "experiment"} onClick={() => onKind("experiment")}>
          Experiments
        </button>
        <button type="button" aria-pressed={kind === "registered_model"} onClick={() => onKind("registered_model")}>
          Models
        </button>
      </div>
      <fieldset class={css.levels}>
        <legend>With</legend>
        <label>
          <input type="radio" name="which" checked={!isAll} onChange={() => onAll(false)} />
          One {KIND_WORDS[kind]}
        </label>
        {!isAll && (
          <input
            class="field"
            list="grant-things"
            autofocus
            autocomplete="off"
            spellcheck={false}
            aria-label={`Name of the ${KIND_WORDS[kind]}`}
            placeholder="A part of its name"
            value={one}
            onInput={(event) => onOne(event.currentTarget.value)}
          />
        )}
        <label>
          <input type="radio" name="which" checked={isAll} onChange={() => onAll(true)} />
          All {PLURALS[kind]}
        </label>
      </fieldset>
      <datalist id="grant-things">
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
    </>
  );
}
