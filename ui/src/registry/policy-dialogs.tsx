import { useState } from "preact/hooks";
import type { ApprovalRule, Gate, Policy } from "../api/schema";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import { ApprovalRows, MetricRows } from "./gate-fields";
import {
  readRoles,
  readTags,
  readWords,
  targetOf,
  toRows,
  toThresholds,
  withGate,
  withoutGate,
  writeRoles,
  writeTags,
} from "./policy";
import css from "./registry.module.css";
import { setPolicy } from "./registry-api";
import { allStages, NO_STAGE } from "./versions";
import { attributionOf, startWhy, WhyFields } from "./why-fields";

interface PolicyDialogProps {
  readonly name: string;
  readonly policy: Policy;
  readonly isOwn: boolean;
  readonly onClose: () => void;
}

/** Make or change a gate. */
export function GateDialog({ name, policy, isOwn, gate, onClose }: PolicyDialogProps & { readonly gate: Gate | null }) {
  const [kind, setKind] = useState(gate?.stage ? "stage" : "alias");
  const [alias, setAlias] = useState(gate?.alias ?? "");
  const [stage, setStage] = useState(gate?.stage || "Production");
  const [tags, setTags] = useState(writeTags(gate?.tags));
  const [metrics, setMetrics] = useState(() => toRows(gate?.metrics));
  const [approvals, setApprovals] = useState<readonly ApprovalRule[]>(gate?.approvals ?? []);
  const [isReasonNeeded, setReasonNeeded] = useState(gate?.reason ?? false);
  const [why, setWhy] = useState(startWhy);
  const target = kind === "alias" ? { alias: alias.trim().replace(/^@/, "") } : { stage };
  const save = async () => {
    const next: Gate = { ...target, tags: readTags(tags), metrics: toThresholds(metrics), approvals, reason: isReasonNeeded };
    await setPolicy(name, withGate(policy, gate, next), attributionOf(why));
    say(`The gate of ${targetOf(next)} is kept`);
  };
  return (
    <FormDialog
      title={gate ? `Change the gate of ${targetOf(gate)}` : `Add a gate to “${name}”`}
      action="Save"
      isReady={kind === "stage" || alias.trim() !== ""}
      onSave={save}
      onClose={onClose}
    >
      <label>
        Stands before
        <select class="field" autofocus value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          <option value="alias">an alias</option>
          <option value="stage">a stage</option>
        </select>
      </label>
      {kind === "alias" ? (
        <label>
          Alias
          <input class="field" required maxLength={256} placeholder="champion" value={alias} onInput={(event) => setAlias(event.currentTarget.value)} />
        </label>
      ) : (
        <label>
          Stage
          <select class="field" value={stage} onChange={(event) => setStage(event.currentTarget.value)}>
            {allStages(policy.stages)
              .filter((one) => one !== NO_STAGE)
              .map((one) => (
                <option key={one}>{one}</option>
              ))}
          </select>
        </label>
      )}
      <MetricRows rows={metrics} onRows={setMetrics} />
      <label>
        <span>
          Tags of the version <span class="muted">(one a line: validated = yes; without a value any will do)</span>
        </span>
        <textarea class="field" rows={2} value={tags} onInput={(event) => setTags(event.currentTarget.value)} />
      </label>
      <ApprovalRows rules={approvals} roles={Object.keys(policy.roles ?? {})} onRules={setApprovals} />
      <label class={css.check}>
        <input type="checkbox" checked={isReasonNeeded} onChange={(event) => setReasonNeeded(event.currentTarget.checked)} />
        Ask for a reason
      </label>
      {!isOwn && <OwnNote />}
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}

function OwnNote() {
  return <p class={css.consequence}>This gives the model a policy of its own; later changes of the registry's do not reach it.</p>;
}

/** Take a gate away, or without one the whole policy of the model. */
export function WithoutDialog({ name, policy, isOwn, gate, onClose }: PolicyDialogProps & { readonly gate: Gate | null }) {
  const [why, setWhy] = useState(startWhy);
  const save = async () => {
    await setPolicy(name, gate && withoutGate(policy, gate), attributionOf(why));
    say(gate ? `The gate of ${targetOf(gate)} is gone` : "The model's own policy is gone");
  };
  return (
    <FormDialog title={gate ? `Delete the gate of ${targetOf(gate)}` : `Remove the policy of “${name}”`} action={gate ? "Delete" : "Remove"} isReady onSave={save} onClose={onClose}>
      <p class={css.consequence}>
        {gate
          ? `Any version may become ${gate.alias ? `@${gate.alias}` : gate.stage ?? ""} then, without being asked for anything.`
          : "The model's gates, roles and stages go; the registry's policy applies again, if it has one."}
      </p>
      {gate && !isOwn && <OwnNote />}
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}

/** Change which stages there are, and who has which role. */
export function RolesDialog({ name, policy, isOwn, onClose }: PolicyDialogProps) {
  const [stages, setStages] = useState((policy.stages ?? []).join(", "));
  const [roles, setRoles] = useState(writeRoles(policy.roles));
  const [why, setWhy] = useState(startWhy);
  const save = async () => {
    await setPolicy(name, { ...policy, stages: readWords(stages), roles: readRoles(roles) }, attributionOf(why));
    say("Stages and roles are kept");
  };
  return (
    <FormDialog title={`Stages and roles of “${name}”`} action="Save" isReady onSave={save} onClose={onClose}>
      <label>
        <span>
          Stages <span class="muted">(between None and Archived; empty: Staging, Production)</span>
        </span>
        <input class="field" autofocus placeholder="QA, Live" value={stages} onInput={(event) => setStages(event.currentTarget.value)} />
      </label>
      <label>
        <span>
          Roles <span class="muted">(one a line; reviewer: ada, grace)</span>
        </span>
        <textarea class="field" rows={4} value={roles} onInput={(event) => setRoles(event.currentTarget.value)} />
      </label>
      {!isOwn && <OwnNote />}
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}
