import { useState } from "preact/hooks";
import type { RegisteredModel } from "../api/schema";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import { GateCheck, usePolicy } from "./gate-check";
import { changesOfAliases } from "./aliases";
import { deleteAlias, setAlias } from "./registry-api";
import css from "./registry.module.css";
import { attributionOf, startWhy, WhyFields } from "./why-fields";

interface AliasesDialogProps {
  readonly model: RegisteredModel;
  readonly version: string;
  readonly onClose: () => void;
}

/** Change which aliases a version has, with what that takes from others. */
export function AliasesDialog({ model, version, onClose }: AliasesDialogProps) {
  const policy = usePolicy(model.name)?.policy;
  const own = (model.aliases ?? []).filter((one) => one.version === version).map(({ alias }) => alias);
  const [text, setText] = useState(own.join(", "));
  const [why, setWhy] = useState(startWhy);
  const { added, removed } = changesOfAliases(own, text);
  const gated = added.filter((alias) => policy?.gates?.some((gate) => gate.alias === alias));
  const isReasonNeeded = policy?.gates?.some((gate) => gate.reason === true && gated.includes(gate.alias ?? "")) === true;
  const save = async () => {
    const attribution = attributionOf(why);
    for (const alias of added) await setAlias(model.name, alias, version, attribution);
    for (const alias of removed) await deleteAlias(model.name, alias, attribution);
    say(`The aliases of version ${version} are changed`);
  };
  return (
    <FormDialog title={`Aliases of version ${version} of “${model.name}”`} action="Save" isReady={added.length + removed.length > 0} onSave={save} onClose={onClose}>
      <label>
        <span>
          Aliases <span class="muted">(with commas between)</span>
        </span>
        <input class="field" autofocus placeholder="champion, shadow" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {added.map((alias) => (
        <Added key={alias} alias={alias} held={model.aliases?.find((one) => one.alias === alias)?.version ?? ""} />
      ))}
      {removed.map((alias) => (
        <p key={alias} class={css.consequence}>
          @{alias} is removed: programs that load {`models:/${model.name}@${alias}`} will fail.
        </p>
      ))}
      <WhyFields why={why} isReasonNeeded={isReasonNeeded} onWhy={setWhy} />
      {gated.map((alias) => (
        <GateCheck key={alias} name={model.name} version={version} target={{ alias, stage: "" }} why={why} />
      ))}
    </FormDialog>
  );
}

function Added({ alias, held }: { readonly alias: string; readonly held: string }) {
  if (!held) return <p class="muted">@{alias} is new.</p>;
  return (
    <p class={css.consequence}>
      @{alias} points at version {held} now, and leaves it.
    </p>
  );
}
