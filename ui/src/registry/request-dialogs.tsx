import { useId, useState } from "preact/hooks";
import type { PromotionRequest, RegisteredModel } from "../api/schema";
import { useQuery } from "../api/use-query";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import { GateCheck, usePolicy } from "./gate-check";
import { decideRequest, getModel, requestPromotion } from "./registry-api";
import css from "./registry.module.css";
import { Replaced } from "./replaced";
import { wantedOf } from "./requests";
import { allStages, isActiveStage, NO_STAGE } from "./versions";
import { attributionOf, startWhy, WhyFields } from "./why-fields";

export interface Decision {
  readonly kind: "approve" | "reject" | "withdraw";
  readonly request: PromotionRequest;
}

interface AskDialogProps {
  readonly model: RegisteredModel;
  readonly version: string;
  readonly onClose: () => void;
}

/** Ask others to let a version have an alias or a stage. */
export function AskDialog({ model, version, onClose }: AskDialogProps) {
  const id = useId();
  const policy = usePolicy(model.name)?.policy;
  const [kind, setKind] = useState("alias");
  const [alias, setAlias] = useState("");
  const [stage, setStage] = useState("Production");
  const [isArchiving, setArchiving] = useState(true);
  const [why, setWhy] = useState(startWhy);
  const stages = allStages(policy?.stages).filter((one) => one !== NO_STAGE);
  const chosen = stages.includes(stage) ? stage : (stages[0] ?? "");
  const name = alias.trim().replace(/^@/, "");
  const target = kind === "alias" ? { alias: name, stage: "" } : { alias: "", stage: chosen };
  const known = [...new Set([...(policy?.gates ?? []), ...(model.aliases ?? [])].flatMap((one) => one.alias || []))];
  const save = async () => {
    await requestPromotion(model.name, version, target, kind === "stage" && isActiveStage(chosen) && isArchiving, attributionOf(why));
    say(`${wantedOf(target)} is asked for version ${version}`);
  };
  return (
    <FormDialog title={`Request a promotion of version ${version} of “${model.name}”`} action="Request" isReady={kind === "stage" || name !== ""} onSave={save} onClose={onClose}>
      <label>
        It is to get
        <select class="field" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          <option value="alias">an alias</option>
          <option value="stage">a stage</option>
        </select>
      </label>
      {kind === "alias" ? (
        <>
          <label>
            Alias
            <input class="field" autofocus required maxLength={256} list={`${id}-aliases`} placeholder="champion" value={alias} onInput={(event) => setAlias(event.currentTarget.value)} />
          </label>
          <datalist id={`${id}-aliases`}>
            {known.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </datalist>
        </>
      ) : (
        <label>
          Stage
          <select class="field" value={chosen} onChange={(event) => setStage(event.currentTarget.value)}>
            {stages.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      )}
      {kind === "stage" && isActiveStage(chosen) && (
        <label class={css.check}>
          <input type="checkbox" checked={isArchiving} onChange={(event) => setArchiving(event.currentTarget.checked)} />
          Archive the other versions in {chosen} once it is approved
        </label>
      )}
      <Replaced model={model} target={target} version={version} isArchiving={isArchiving} />
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
      {(kind === "stage" || name !== "") && <GateCheck name={model.name} version={version} target={target} why={why} />}
      <p class="muted">Nothing changes until somebody approves it.</p>
    </FormDialog>
  );
}

const DONE = { approve: "approved", reject: "rejected", withdraw: "withdrawn" } as const;
const ACTIONS = { approve: "Approve", reject: "Reject", withdraw: "Withdraw" } as const;

/** Approve, reject or withdraw a request. */
export function DecisionDialog({ decision: { kind, request }, onClose }: { readonly decision: Decision; readonly onClose: () => void }) {
  const { name, version, request_id: requestId, alias = "", stage = "", user_id: user = "" } = request;
  const { data: model } = useQuery({ key: ["registry", name, "model"], ask: (signal) => getModel(name, signal) });
  const [why, setWhy] = useState(startWhy);
  const save = async () => {
    await decideRequest(name, requestId, kind, attributionOf(why));
    say(`The request for ${wantedOf(request)} is ${DONE[kind]}`);
  };
  return (
    <FormDialog
      title={`${ACTIONS[kind]}: ${wantedOf(request)} for version ${version} of “${name}”`}
      action={ACTIONS[kind]}
      isReady={kind !== "reject" || why.reason.trim() !== ""}
      onSave={save}
      onClose={onClose}
    >
      {kind === "approve" && model && (
        <Replaced model={model} target={{ alias, stage }} version={version} isArchiving={request.archive_existing_versions === true} />
      )}
      {kind === "reject" && <p class="muted">{user || "Who asked"} reads your reason in the history; the version stays as it is, and may be asked for again.</p>}
      {kind === "withdraw" && <p class="muted">The version stays as it is; what was said is kept.</p>}
      <WhyFields why={why} isReasonNeeded={kind === "reject"} askedBecause="its author wants to know" onWhy={setWhy} />
      {kind === "approve" && (
        <GateCheck name={name} version={version} target={{ alias, stage }} why={{ ...why, reason: why.reason.trim() || (request.reason ?? "") }} />
      )}
    </FormDialog>
  );
}
