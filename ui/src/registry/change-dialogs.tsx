import { useId, useState } from "preact/hooks";
import type { RegisteredModel } from "../api/schema";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import { GateCheck, usePolicy } from "./gate-check";
import { deleteAlias, moveStage, rollBack, setAlias } from "./registry-api";
import css from "./registry.module.css";
import { Replaced } from "./replaced";
import { allStages, isActiveStage, NO_STAGE } from "./versions";
import { attributionOf, startWhy, WhyFields } from "./why-fields";

/** What the reader is about to change; `alias` and `version` are what the dialog begins with. */
export type Change =
  | { readonly kind: "set-alias" | "promote"; readonly alias: string; readonly version: string }
  | { readonly kind: "delete-alias" | "roll-back"; readonly alias: string; readonly version: string }
  | { readonly kind: "stage"; readonly stage: string; readonly version: string };

interface DialogProps<T extends Change> {
  readonly model: RegisteredModel;
  readonly change: T;
  readonly onClose: () => void;
}

/** The dialog for a change of an alias or a stage. */
export function ChangeDialog({ change, ...props }: DialogProps<Change>) {
  switch (change.kind) {
    case "set-alias":
    case "promote":
      return <AliasDialog change={change} {...props} />;
    case "stage":
      return <StageDialog change={change} {...props} />;
    default:
      return <BackDialog change={change} {...props} />;
  }
}

function AliasDialog({ model, change, onClose }: DialogProps<Extract<Change, { kind: "set-alias" | "promote" }>>) {
  const id = useId();
  const [alias, setAliasText] = useState(change.alias);
  const [version, setVersion] = useState(change.version);
  const [why, setWhy] = useState(startWhy);
  const policy = usePolicy(model.name)?.policy;
  const name = alias.trim().replace(/^@/, "");
  const gate = policy?.gates?.find((one) => one.alias === name);
  const isPromotion = change.kind === "promote";
  const offers = new Set([...(model.aliases ?? []), ...(policy?.gates ?? [])].flatMap((one) => one.alias || []));
  const save = async () => {
    await setAlias(model.name, name, version.trim(), attributionOf(why));
    say(`@${name} points at version ${version.trim()}`);
  };
  return (
    <FormDialog
      title={isPromotion ? `Promote version ${change.version} of “${model.name}”` : `Set an alias of “${model.name}”`}
      action={isPromotion ? "Promote" : "Set"}
      isReady={name !== "" && version.trim() !== ""}
      onSave={save}
      onClose={onClose}
    >
      <label>
        Alias
        <input
          class="field"
          autofocus={change.alias === ""}
          required
          maxLength={256}
          list={`${id}-aliases`}
          placeholder="champion"
          value={alias}
          onInput={(event) => setAliasText(event.currentTarget.value)}
        />
        <datalist id={`${id}-aliases`}>
          {[...offers].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </datalist>
      </label>
      {!isPromotion && <VersionField value={version} hasFocus={change.alias !== ""} onVersion={setVersion} />}
      <Replaced model={model} target={{ alias: name, stage: "" }} version={version.trim()} />
      <WhyFields why={why} isReasonNeeded={gate?.reason === true} onWhy={setWhy} />
      {gate && <GateCheck name={model.name} version={version.trim()} target={{ alias: name, stage: "" }} why={why} />}
    </FormDialog>
  );
}

function StageDialog({ model, change, onClose }: DialogProps<Extract<Change, { kind: "stage" }>>) {
  const [stage, setStage] = useState(change.stage);
  const [version, setVersion] = useState(change.version);
  const [isArchiving, setArchiving] = useState(false);
  const [why, setWhy] = useState(startWhy);
  const policy = usePolicy(model.name)?.policy;
  const gate = policy?.gates?.find((one) => one.stage?.toLowerCase() === stage.toLowerCase());
  const isActive = isActiveStage(stage);
  const save = async () => {
    await moveStage(model.name, version.trim(), stage, isActive && isArchiving, attributionOf(why));
    say(`Version ${version.trim()} is in ${stage === NO_STAGE ? "no stage" : stage}`);
  };
  return (
    <FormDialog title={`Change the stage of a version of “${model.name}”`} action="Change" isReady={version.trim() !== ""} onSave={save} onClose={onClose}>
      <VersionField value={version} hasFocus={change.version === ""} onVersion={setVersion} />
      <label>
        Stage
        <select class="field" autofocus={change.version !== ""} value={stage} onChange={(event) => setStage(event.currentTarget.value)}>
          {allStages(policy?.stages).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      {isActive && (
        <label class={css.check}>
          <input type="checkbox" checked={isArchiving} onChange={(event) => setArchiving(event.currentTarget.checked)} />
          Archive the other versions in {stage}
        </label>
      )}
      <Replaced model={model} target={{ alias: "", stage }} version={version.trim()} isArchiving={isArchiving} />
      <WhyFields why={why} isReasonNeeded={gate?.reason === true} onWhy={setWhy} />
      {gate && <GateCheck name={model.name} version={version.trim()} target={{ alias: "", stage }} why={why} />}
    </FormDialog>
  );
}

function BackDialog({ model, change, onClose }: DialogProps<Extract<Change, { kind: "delete-alias" | "roll-back" }>>) {
  const { kind, alias, version } = change;
  const [why, setWhy] = useState(startWhy);
  const isRollBack = kind === "roll-back";
  const save = async () => {
    if (isRollBack) {
      const back = await rollBack(model.name, { alias, stage: "" }, version, attributionOf(why));
      say(`@${alias} is back at version ${back}`);
    } else {
      await deleteAlias(model.name, alias, attributionOf(why));
      say(`@${alias} removed`);
    }
  };
  return (
    <FormDialog
      title={isRollBack ? `Roll @${alias} back` : `Remove @${alias}`}
      action={isRollBack ? "Roll back" : "Remove"}
      isReady
      onSave={save}
      onClose={onClose}
    >
      <p class={css.consequence}>
        {isRollBack
          ? `@${alias} leaves version ${version} and points at the version that had it before.`
          : `Programs that load models:/${model.name}@${alias} will fail. Version ${version} itself stays.`}
      </p>
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}

function VersionField({ value, hasFocus, onVersion }: { value: string; hasFocus: boolean; onVersion: (version: string) => void }) {
  return (
    <label>
      Version
      <input
        class="field"
        autofocus={hasFocus}
        required
        inputMode="numeric"
        pattern="\s*[0-9]+\s*"
        value={value}
        onInput={(event) => onVersion(event.currentTarget.value)}
      />
    </label>
  );
}
