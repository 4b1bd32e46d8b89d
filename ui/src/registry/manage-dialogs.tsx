import { useState } from "preact/hooks";
import type { ModelVersion, RegisteredModel } from "../api/schema";
import { expire, refresh } from "../api/use-query";
import { navigate } from "../lib/location";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import { modelPage } from "./places";
import { createModel, deleteModel, deleteVersion, renameModel } from "./registry-api";
import css from "./registry.module.css";
import { NO_STAGE } from "./versions";
import { attributionOf, startWhy, WhyFields } from "./why-fields";

/** Leave a page whose subject is gone: it must not be read again, what comes must. */
function leaveFor(page: string): void {
  expire("registry");
  navigate(page, { replace: true });
}

const tell = (failure: unknown) => say(failure instanceof Error ? failure.message : String(failure));

/** Make a model without versions. */
export function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [why, setWhy] = useState(startWhy);
  const save = async () => {
    await createModel(name.trim(), description.trim(), attributionOf(why));
    navigate(modelPage(name.trim()));
  };
  return (
    <FormDialog title="New model" action="Create" isReady={name.trim() !== ""} onSave={save} onClose={onClose}>
      <label>
        Name
        <input class="field" autofocus required maxLength={256} placeholder="churn" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        <span>
          Description <span class="muted">(optional, Markdown)</span>
        </span>
        <textarea class="field" rows={3} value={description} onInput={(event) => setDescription(event.currentTarget.value)} />
      </label>
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}

interface ModelDialogProps {
  readonly model: RegisteredModel;
  readonly onClose: () => void;
}

/** Give a model another name. */
export function RenameDialog({ model, onClose }: ModelDialogProps) {
  const [name, setName] = useState(model.name);
  const [why, setWhy] = useState(startWhy);
  const save = async () => {
    await renameModel(model.name, name.trim(), attributionOf(why));
    const back = () => void renameModel(name.trim(), model.name, attributionOf(why)).then(() => leaveFor(modelPage(model.name)), tell);
    say(`“${model.name}” is “${name.trim()}” now`, back);
    leaveFor(modelPage(name.trim()));
  };
  return (
    <FormDialog title={`Rename “${model.name}”`} action="Rename" isReady={name.trim() !== "" && name.trim() !== model.name} onSave={save} onClose={onClose}>
      <label>
        Name
        <input class="field" autofocus required maxLength={256} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <p class={css.consequence}>Versions, aliases, tags and history go along. Programs that load {`models:/${model.name}/…`} must use the new name.</p>
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}

/** Delete a model for good: its name must be written, and what goes with it is told. */
export function DeleteModelDialog({ model, onClose }: ModelDialogProps) {
  const [typed, setTyped] = useState("");
  const [why, setWhy] = useState(startWhy);
  const aliases = (model.aliases ?? []).map(({ alias, version }) => `@${alias} (version ${version})`);
  const save = async () => {
    await deleteModel(model.name, attributionOf(why));
    say(`“${model.name}” is deleted`);
    leaveFor("/models");
  };
  return (
    <FormDialog title={`Delete “${model.name}”`} action="Delete" isReady={typed === model.name} onSave={save} onClose={onClose}>
      <p class={css.consequence}>
        All its versions and tags are deleted for good{aliases.length > 0 ? `, and the aliases ${aliases.join(", ")}, which programs may load` : ""}. The runs
        with their files stay, and so does the history of the name.
      </p>
      <label>
        <span>
          Write <code>{model.name}</code> to confirm
        </span>
        <input class="field" autofocus required autocomplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      </label>
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}

interface VersionDialogProps {
  readonly version: ModelVersion;
  readonly onClose: () => void;
  /** What follows, where the page stays; without it, the page of the model does. */
  readonly onDone?: () => void;
}

/** Delete a version for good: its number must be written; the aliases that go with it are named. */
export function DeleteVersionDialog({ version, onClose, onDone }: VersionDialogProps) {
  const { name, version: number, aliases = [], current_stage: stage } = version;
  const [typed, setTyped] = useState("");
  const [why, setWhy] = useState(startWhy);
  const uses = [...aliases.map((alias) => `@${alias}`), ...(stage === NO_STAGE ? [] : [`stage ${stage}`])];
  const save = async () => {
    await deleteVersion(name, number, attributionOf(why));
    say(`Version ${number} of “${name}” is deleted`);
    if (onDone) {
      refresh("registry");
      onDone();
    } else leaveFor(modelPage(name));
  };
  return (
    <FormDialog title={`Delete version ${number} of “${name}”`} action="Delete" isReady={typed.trim() === number} onSave={save} onClose={onClose}>
      <p class={css.consequence}>
        The version is deleted for good with its description, tags, approvals and requests, and its number is not given again. The run with its files stays.
        {uses.length > 0 && ` It has ${uses.join(", ")}.`}
        {aliases.length > 0 && ` Programs that load ${aliases.map((alias) => `models:/${name}@${alias}`).join(", ")} will fail.`}
      </p>
      <label>
        <span>
          Write <code>{number}</code> to confirm
        </span>
        <input class="field" autofocus required inputMode="numeric" autocomplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      </label>
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}
