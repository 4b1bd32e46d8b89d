import { useId, useState } from "preact/hooks";
import { useQuery } from "../api/use-query";
import { navigate } from "../lib/location";
import { versionPage } from "../registry/places";
import { registerVersion, searchModels } from "../registry/registry-api";
import { rememberUser } from "../registry/user";
import { startWhy, WhyFields } from "../registry/why-fields";
import { FormDialog } from "../shell/form-dialog";
import type { ModelSource } from "./model-sources";

interface RegisterDialogProps {
  readonly runId: string;
  readonly sources: readonly ModelSource[];
  readonly onClose: () => void;
}

/** Ask which model of a run becomes a version of which registered model, and go to that version. */
export function RegisterDialog({ runId, sources, onClose }: RegisterDialogProps) {
  const [uri, setUri] = useState(sources[0]?.uri ?? "");
  const [name, setName] = useState("");
  const [why, setWhy] = useState(startWhy);
  const id = useId();
  const { data: models } = useQuery({ key: ["registry", "offered"], ask: (signal) => searchModels("", "last_updated_timestamp DESC", "", signal) });
  const source = sources.find((one) => one.uri === uri);
  const save = async () => {
    if (!source) return;
    rememberUser(why.user.trim());
    const attribution = { user_id: why.user.trim(), reason: why.reason.trim() };
    const version = await registerVersion(name.trim(), { source: source.uri, run_id: runId, model_id: source.modelId }, attribution);
    navigate(versionPage(name.trim(), version));
  };
  return (
    <FormDialog title="Register a model of this run" action="Register" isReady={name.trim() !== "" && source !== undefined} onSave={save} onClose={onClose}>
      <label>
        Which
        <select class="field" value={uri} onChange={(event) => setUri(event.currentTarget.value)}>
          {sources.map((one) => (
            <option key={one.uri} value={one.uri}>
              {one.label}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>
          Registered model <span class="muted">(made if there is none of this name)</span>
        </span>
        <input class="field" autofocus required maxLength={500} list={id} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        <datalist id={id}>
          {(models?.items ?? []).map((model) => (
            <option key={model.name}>{model.name}</option>
          ))}
        </datalist>
      </label>
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}
