import { useEffect, useId, useRef, useState } from "preact/hooks";
import { serverUrl } from "../home/snippets";
import { FormDialog } from "../shell/form-dialog";
import shell from "../shell/shell.module.css";
import { Snippet } from "../shell/snippet";
import { createToken } from "./access-api";
import css from "./access.module.css";
import { type ScopeChoice, writeScope } from "./scope";
import { ScopeFields } from "./scope-fields";
import { signedInName } from "./session";

const DAY_S = 86_400;
const LIFETIMES: readonly { readonly seconds: number; readonly text: string }[] = [
  { seconds: 7 * DAY_S, text: "in a week" },
  { seconds: 30 * DAY_S, text: "in 30 days" },
  { seconds: 90 * DAY_S, text: "in 90 days" },
  { seconds: 365 * DAY_S, text: "in a year" },
  { seconds: 0, text: "never, until it is revoked" },
];

interface TokenDialogProps {
  readonly username: string;
  readonly onClose: () => void;
}

/** Make a token, and show its secret once. */
export function TokenDialog({ username, onClose }: TokenDialogProps) {
  const [name, setName] = useState("");
  const [seconds, setSeconds] = useState(90 * DAY_S);
  const [scope, setScope] = useState<ScopeChoice>({ level: "ADMIN", reach: "all", experiments: [], models: [] });
  const [secret, setSecret] = useState("");
  const isOfSomething = scope.reach !== "these" || scope.experiments.length + scope.models.length > 0;
  const isMade = useRef(false);
  const save = async () => {
    setSecret(await createToken(username, name.trim(), seconds, writeScope(scope)));
    isMade.current = true;
  };
  if (secret) return <SecretDialog name={name.trim()} {...{ secret, onClose }} />;
  return (
    <FormDialog title="New token" action="Create" isReady={name.trim() !== "" && isOfSomething} onSave={save} onClose={() => isMade.current || onClose()}>
      <label>
        What it is for
        <input class="field" autofocus required maxLength={200} placeholder="training on gpu-3" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        It ends
        <select class="field" value={String(seconds)} onChange={(event) => setSeconds(Number(event.currentTarget.value))}>
          {LIFETIMES.map((one) => (
            <option key={one.seconds} value={String(one.seconds)}>
              {one.text}
            </option>
          ))}
        </select>
      </label>
      <ScopeFields who={username === signedInName() ? "you may" : `${username} may`} choice={scope} onChoice={setScope} />
    </FormDialog>
  );
}

interface SecretDialogProps {
  readonly name: string;
  readonly secret: string;
  readonly onClose: () => void;
}

function SecretDialog({ name, secret, onClose }: SecretDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class={css.secret} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>Copy the token “{name}” now</h2>
      <p>It is not shown again: only its digest is kept here. Whoever has it can do what it is for.</p>
      <Snippet label="token" code={secret} />
      <h3>For a program</h3>
      <Snippet label="environment" code={`export HEADWATER_TRACKING_URI=${serverUrl()}\nexport HEADWATER_TOKEN=${secret}`} />
      <div class={shell.buttons}>
        <button type="button" class="button primary" onClick={() => dialog.current?.close()}>
          I have copied it
        </button>
      </div>
    </dialog>
  );
}
