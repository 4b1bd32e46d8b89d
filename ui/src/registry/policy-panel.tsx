import { useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import type { Gate, Policy, RegisteredModel } from "../api/schema";
import { hrefOf } from "../lib/location";
import panels from "../panels/panels.module.css";
import { RowSkeleton } from "./row-skeleton";
import { usePolicy } from "./gate-check";
import { GateDialog, RolesDialog, WithoutDialog } from "./policy-dialogs";
import { versionPage } from "./places";
import { describeGate, targetOf } from "./policy";
import css from "./policy.module.css";
import { allStages } from "./versions";

type Asking =
  | { readonly kind: "gate"; readonly gate: Gate | null }
  | { readonly kind: "without"; readonly gate: Gate | null }
  | { readonly kind: "roles" };

/** The rules of a model: what a version must have before an alias or a stage gets it, and who approves. */
export function PolicyPanel({ model }: { readonly model: RegisteredModel }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const answer = usePolicy(model.name);
  const mayManage = useRefusal("MANAGE") === "";
  if (!answer) return <RowSkeleton label="Loading the policy" />;
  const { policy, is_own: isOwn } = answer;
  const gates = policy.gates ?? [];
  const props = { name: model.name, policy, isOwn, onClose: () => setAsking(null) };
  return (
    <div class={css.policy}>
      <div class={css.bar}>
        <p class={panels.hint}>{whose(isOwn, policy)}</p>
        {mayManage && (
          <span class={css.buttons}>
            <button type="button" class="button" onClick={() => setAsking({ kind: "gate", gate: null })}>
              Add gate…
            </button>
            <button type="button" class="button" onClick={() => setAsking({ kind: "roles" })}>
              Stages and roles…
            </button>
            {isOwn && (
              <button type="button" class="button" onClick={() => setAsking({ kind: "without", gate: null })}>
                Remove policy…
              </button>
            )}
          </span>
        )}
      </div>
      {gates.length === 0 && <p class={panels.hint}>No gates: any version may get any alias and enter any stage.</p>}
      {gates.map((gate) => (
        <GateCard
          key={targetOf(gate)}
          gate={gate}
          model={model}
          onEdit={() => setAsking({ kind: "gate", gate })}
          onDelete={() => setAsking({ kind: "without", gate })}
        />
      ))}
      <Roles policy={policy} />
      {asking?.kind === "gate" && <GateDialog {...props} gate={asking.gate} />}
      {asking?.kind === "without" && <WithoutDialog {...props} gate={asking.gate} />}
      {asking?.kind === "roles" && <RolesDialog {...props} />}
    </div>
  );
}

function whose(isOwn: boolean, policy: Policy): string {
  if (isOwn) return "This model has a policy of its own.";
  const isEmpty = !policy.gates?.length && !policy.stages?.length && Object.keys(policy.roles ?? {}).length === 0;
  return isEmpty ? "No policy." : "The registry's policy, which all models without one of their own have. A change here gives this model its own.";
}

interface GateCardProps {
  readonly gate: Gate;
  readonly model: RegisteredModel;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function GateCard({ gate, model, onEdit, onDelete }: GateCardProps) {
  const target = targetOf(gate);
  const mayManage = useRefusal("MANAGE") === "";
  const held = gate.alias && model.aliases?.find(({ alias }) => alias === gate.alias)?.version;
  return (
    <section class={panels.panel} aria-label={`Gate of ${target}`}>
      <header class={css.gateHead}>
        <h2>Before {target}</h2>
        {held && (
          <a class="link" href={hrefOf(versionPage(model.name, held))}>
            now version {held}
          </a>
        )}
        {mayManage && (
          <span class={css.buttons}>
            <button type="button" class="button small quiet" aria-label={`Edit the gate of ${target}`} onClick={onEdit}>
              Edit…
            </button>
            <button type="button" class="button small quiet" aria-label={`Delete the gate of ${target}`} onClick={onDelete}>
              Delete…
            </button>
          </span>
        )}
      </header>
      <ul class={css.asks}>
        {describeGate(gate).map((text) => (
          <li key={text}>{text}</li>
        ))}
        {describeGate(gate).length === 0 && <li>nothing is asked for</li>}
      </ul>
    </section>
  );
}

function Roles({ policy: { roles = {}, stages } }: { readonly policy: Policy }) {
  const entries = Object.entries(roles);
  return (
    <section class={panels.panel} aria-labelledby="roles-heading">
      <header>
        <h2 id="roles-heading">Stages and roles</h2>
      </header>
      <dl class={panels.pairs}>
        <div>
          <dt>Stages</dt>
          <dd>{allStages(stages).join(" → ")}</dd>
        </div>
        {entries.map(([role, users]) => (
          <div key={role}>
            <dt title={role}>{role}</dt>
            <dd>{users.join(", ") || "nobody"}</dd>
          </div>
        ))}
      </dl>
      {entries.length === 0 && <p class={panels.hint}>No roles. A role names the people whose approval a gate may ask for.</p>}
    </section>
  );
}
