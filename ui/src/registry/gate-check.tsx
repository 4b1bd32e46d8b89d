import { useEffect, useState } from "preact/hooks";
import type { CheckPromotionResponse, PolicyResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { checkPromotion, getPolicy, type Target } from "./registry-api";
import css from "./registry.module.css";
import type { Why } from "./why-fields";

const PAUSE_MS = 250;

/** Return the policy in force for a model. */
export function usePolicy(name: string): PolicyResponse | undefined {
  return useQuery({ key: ["registry", name, "policy"], ask: (signal) => getPolicy(name, signal) }).data;
}

interface GateCheckProps {
  readonly name: string;
  readonly version: string;
  readonly target: Target;
  readonly why: Why;
}

/** Say what the gate asks for and how the version stands, before anything is tried. */
export function GateCheck({ name, version, target, why }: GateCheckProps) {
  const [answer, setAnswer] = useState<CheckPromotionResponse | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      const attribution = { user_id: why.user.trim(), reason: why.reason.trim() };
      checkPromotion(name, version, target, attribution, controller.signal).then(setAnswer, () => setAnswer(null));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [name, version, target.alias, target.stage, why.user, why.reason]);
  if (!answer?.requirements?.length) return null;
  return (
    <div class={css.gate} role="status">
      <p>The policy asks:</p>
      <Requirements answer={answer} />
    </div>
  );
}

/** What a gate asks for, and whether it is met. */
export function Requirements({ answer: { requirements = [] } }: { readonly answer: CheckPromotionResponse }) {
  return (
    <ul class={css.requirementList}>
      {requirements.map(({ met, text }) => (
        <li key={text}>
          <span class="dot" data-tone={met ? "ok" : "bad"} /> <span class="visually-hidden">{met ? "met: " : "not met: "}</span>
          {text}
        </li>
      ))}
    </ul>
  );
}
