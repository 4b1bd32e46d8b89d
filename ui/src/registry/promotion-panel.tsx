import { useState } from "preact/hooks";
import { signedInName } from "../access/session";
import { useRefusal } from "../access/subject";
import type { Approval, Gate, ModelVersion, Policy } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatAgo, formatMoment } from "../lib/format";
import { hrefOf } from "../lib/location";
import panels from "../panels/panels.module.css";
import { FormDialog } from "../shell/form-dialog";
import { say } from "../shell/toasts";
import { Requirements, usePolicy } from "./gate-check";
import { diffPage } from "./places";
import { targetOf } from "./policy";
import css from "./policy.module.css";
import { approve, checkPromotion, listApprovals } from "./registry-api";
import registry from "./registry.module.css";
import { userName } from "./user";
import { attributionOf, startWhy, WhyFields } from "./why-fields";

type Asking = { readonly kind: "approve" } | { readonly kind: "withdraw"; readonly approval: Approval };

/** What a version lacks for each gate of the policy, and who approved it; nothing where the policy has neither. */
export function PromotionPanel({ version }: { readonly version: ModelVersion }) {
  const { name, version: number } = version;
  const [asking, setAsking] = useState<Asking | null>(null);
  const policy = usePolicy(name)?.policy;
  const mayEdit = useRefusal("EDIT") === "";
  const hasRoles = Object.keys(policy?.roles ?? {}).length > 0;
  const approvals = useQuery({
    key: ["registry", name, "approvals", number],
    ask: (signal) => listApprovals(name, number, signal),
    enabled: hasRoles,
  });
  const gates = policy?.gates ?? [];
  if (!policy || (gates.length === 0 && !hasRoles)) return null;
  return (
    <>
      {gates.length > 0 && <Standing version={version} gates={gates} />}
      {hasRoles && (
        <section class={panels.panel} aria-labelledby="approvals-heading">
          <header>
            <h2 id="approvals-heading">Approvals</h2>
            <span class={panels.count}>{approvals.data?.length ?? ""}</span>
            {mayEdit && (
              <button type="button" class="button small" onClick={() => setAsking({ kind: "approve" })}>
                Approve…
              </button>
            )}
          </header>
          {approvals.error && <p class={panels.error} role="alert">{approvals.error.message}</p>}
          {approvals.data?.length === 0 && <p class={panels.hint}>Nobody has approved this version.</p>}
          <Approvals approvals={approvals.data ?? []} onWithdraw={(approval) => setAsking({ kind: "withdraw", approval })} />
        </section>
      )}
      {asking?.kind === "approve" && <ApproveDialog version={version} policy={policy} onClose={() => setAsking(null)} />}
      {asking?.kind === "withdraw" && <WithdrawDialog version={version} approval={asking.approval} onClose={() => setAsking(null)} />}
    </>
  );
}

function Standing({ version: { name, version }, gates }: { readonly version: ModelVersion; readonly gates: readonly Gate[] }) {
  const [wanted, setWanted] = useState("");
  const gate = gates.find((one) => targetOf(one) === wanted) ?? gates[0];
  const target = { alias: gate?.alias ?? "", stage: gate?.stage ?? "" };
  const { data, error } = useQuery({
    key: ["registry", name, "standing", version, target.alias, target.stage],
    ask: (signal) => checkPromotion(name, version, target, { user_id: userName(), reason: "" }, signal),
  });
  const missing = data?.requirements?.filter(({ met }) => !met).length ?? 0;
  const champion = data?.champion ?? "";
  return (
    <section class={panels.panel} aria-labelledby="standing-heading">
      <header class={css.panelHead}>
        <h2 id="standing-heading">Promotion</h2>
        <select class="field" aria-label="Gate" value={gate && targetOf(gate)} onChange={(event) => setWanted(event.currentTarget.value)}>
          {gates.map((one) => (
            <option key={targetOf(one)}>{targetOf(one)}</option>
          ))}
        </select>
      </header>
      {error && <p class={panels.error} role="alert">{error.message}</p>}
      {data && (
        <>
          <p>
            {champion !== "" && champion !== version && (
              <>
                {`Version ${champion} has it now. `}
                <a class={registry.compareLink} href={hrefOf(diffPage(name, champion, version))}>
                  Compare them
                </a>
                <br />
              </>
            )}
            {champion === version ? "It has this already." : missing === 0 ? "Nothing is missing." : `${missing} of what the policy asks for is missing:`}
          </p>
          <Requirements answer={data} />
        </>
      )}
    </section>
  );
}

function Approvals({ approvals, onWithdraw }: { readonly approvals: readonly Approval[]; readonly onWithdraw: (approval: Approval) => void }) {
  const now = Date.now();
  return (
    <ul class={css.approvals}>
      {approvals.map((approval) => (
        <li key={`${approval.role} ${approval.user_id}`}>
          <span>
            <strong>{approval.user_id}</strong> as {approval.role}, <span title={formatMoment(approval.time)}>{formatAgo(approval.time, now)}</span>
            {approval.reason && `: ${approval.reason}`}
          </span>
          {(!signedInName() || approval.user_id === signedInName()) && (
            <button type="button" class="button small quiet" aria-label={`Withdraw the approval of ${approval.user_id} as ${approval.role}`} onClick={() => onWithdraw(approval)}>
              Withdraw…
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

interface ApproveDialogProps {
  readonly version: ModelVersion;
  readonly policy: Policy;
  readonly onClose: () => void;
}

function ApproveDialog({ version: { name, version }, policy, onClose }: ApproveDialogProps) {
  const roles = Object.entries(policy.roles ?? {});
  const [why, setWhy] = useState(startWhy);
  const [role, setRole] = useState(() => roles.find(([, users]) => users.includes(userName()))?.[0] ?? roles[0]?.[0] ?? "");
  const save = async () => {
    await approve(name, version, role, false, attributionOf(why));
    say(`Version ${version} is approved as ${role}`);
  };
  return (
    <FormDialog title={`Approve version ${version} of “${name}”`} action="Approve" isReady={role !== ""} onSave={save} onClose={onClose}>
      <label>
        As
        <select class="field" autofocus value={role} onChange={(event) => setRole(event.currentTarget.value)}>
          {roles.map(([one, users]) => (
            <option key={one} value={one}>
              {one} ({users.join(", ") || "nobody"})
            </option>
          ))}
        </select>
      </label>
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}

interface WithdrawDialogProps {
  readonly version: ModelVersion;
  readonly approval: Approval;
  readonly onClose: () => void;
}

function WithdrawDialog({ version: { name, version }, approval, onClose }: WithdrawDialogProps) {
  const [why, setWhy] = useState(() => ({ ...startWhy(), user: approval.user_id }));
  const save = async () => {
    await approve(name, version, approval.role, true, { user_id: why.user.trim(), reason: why.reason.trim() });
    say(`The approval of ${approval.user_id} is withdrawn`);
  };
  return (
    <FormDialog title={`Withdraw the approval of ${approval.user_id}`} action="Withdraw" isReady onSave={save} onClose={onClose}>
      <p class={registry.consequence}>
        Version {version} is no longer approved by {approval.user_id} as {approval.role}. Aliases and stages that it has, it keeps. Only who approved can withdraw.
      </p>
      <WhyFields why={why} isReasonNeeded={false} onWhy={setWhy} />
    </FormDialog>
  );
}
