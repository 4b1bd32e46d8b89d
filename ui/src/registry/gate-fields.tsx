import type { ApprovalRule } from "../api/schema";
import { RULES, type MetricRow, type Rule } from "./policy";
import css from "./policy.module.css";

const isRule = (text: string): text is Rule => text in RULES;

/** Put something else at a place of a list. */
const replaceAt = <T,>(items: readonly T[], index: number, item: T): T[] => items.map((one, at) => (at === index ? item : one));
const removeAt = <T,>(items: readonly T[], index: number): T[] => items.filter((_, at) => at !== index);

interface MetricRowsProps {
  readonly rows: readonly MetricRow[];
  readonly onRows: (rows: MetricRow[]) => void;
}

/** What metrics must be, one rule a row. */
export function MetricRows({ rows, onRows }: MetricRowsProps) {
  return (
    <fieldset class={css.rows}>
      <legend>Metrics</legend>
      {rows.map((row, index) => (
        <div key={index} class={css.row}>
          <input class="field" aria-label={`Metric ${index + 1}`} placeholder="auc" required value={row.metric} onInput={(event) => onRows(replaceAt(rows, index, { ...row, metric: event.currentTarget.value }))} />
          <select
            class="field"
            aria-label={`Rule of metric ${index + 1}`}
            value={row.rule}
            onChange={({ currentTarget: { value } }) => isRule(value) && onRows(replaceAt(rows, index, { ...row, rule: value }))}
          >
            {Object.entries(RULES).map(([rule, text]) => (
              <option key={rule} value={rule}>
                {text}
              </option>
            ))}
          </select>
          <input
            class="field"
            type="number"
            step="any"
            required
            min={row.rule === "higher" || row.rule === "lower" ? 0 : undefined}
            aria-label={`Value of metric ${index + 1}`}
            value={row.value}
            onInput={(event) => onRows(replaceAt(rows, index, { ...row, value: event.currentTarget.value }))}
          />
          <RemoveButton label={`Remove metric ${index + 1}`} onClick={() => onRows(removeAt(rows, index))} />
        </div>
      ))}
      <button type="button" class="button small" onClick={() => onRows([...rows, { metric: "", rule: "least", value: "0" }])}>
        Add metric
      </button>
    </fieldset>
  );
}

interface ApprovalRowsProps {
  readonly rules: readonly ApprovalRule[];
  readonly roles: readonly string[];
  readonly onRules: (rules: ApprovalRule[]) => void;
}

/** Whose approvals are asked for, one role a row. */
export function ApprovalRows({ rules, roles, onRules }: ApprovalRowsProps) {
  return (
    <fieldset class={css.rows}>
      <legend>Approvals</legend>
      {rules.map((rule, index) => (
        <div key={index} class={css.row}>
          <input
            class="field"
            type="number"
            min={1}
            required
            aria-label={`Number of approvals ${index + 1}`}
            value={rule.count ?? 1}
            onInput={(event) => onRules(replaceAt(rules, index, { ...rule, count: Number(event.currentTarget.value) }))}
          />
          <select class="field" aria-label={`Role of approvals ${index + 1}`} value={rule.role} onChange={(event) => onRules(replaceAt(rules, index, { ...rule, role: event.currentTarget.value }))}>
            {[...new Set([...roles, rule.role])].map((role) => (
              <option key={role}>{role}</option>
            ))}
          </select>
          <label class={css.others}>
            <input type="checkbox" checked={rule.by_others ?? false} onChange={(event) => onRules(replaceAt(rules, index, { ...rule, by_others: event.currentTarget.checked }))} />
            not by who registered it
          </label>
          <RemoveButton label={`Remove approvals ${index + 1}`} onClick={() => onRules(removeAt(rules, index))} />
        </div>
      ))}
      {roles.length === 0 ? (
        <p class="muted">Name a role first, under “Stages and roles…”.</p>
      ) : (
        <button type="button" class="button small" onClick={() => onRules([...rules, { role: roles[0] ?? "", count: 1 }])}>
          Add approvals
        </button>
      )}
    </fieldset>
  );
}

function RemoveButton({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="button quiet square small" aria-label={label} onClick={onClick}>
      ×
    </button>
  );
}
