import { signedInName } from "../access/session";
import type { Attribution } from "./registry-api";
import { rememberUser, userName } from "./user";

export interface Why {
  readonly user: string;
  readonly reason: string;
}

/** Return what the registry's log gets, and remember the name for the next change. */
export function attributionOf({ user, reason }: Why): Attribution {
  rememberUser(user.trim());
  return { user_id: user.trim(), reason: reason.trim() };
}

export const startWhy = (): Why => ({ user: userName(), reason: "" });

interface WhyFieldsProps {
  readonly why: Why;
  readonly isReasonNeeded: boolean;
  /** Who wants the reason, if it is needed. */
  readonly askedBecause?: string;
  readonly onWhy: (why: Why) => void;
}

/** Ask for the reason of a change, and who makes it: both go into the registry's log. */
export function WhyFields({ why, isReasonNeeded, askedBecause = "the policy asks for it", onWhy }: WhyFieldsProps) {
  return (
    <>
      <label>
        <span>
          Reason <span class="muted">{isReasonNeeded ? `(${askedBecause})` : "(optional; kept in the history)"}</span>
        </span>
        <textarea
          class="field"
          rows={2}
          maxLength={10_000}
          required={isReasonNeeded}
          value={why.reason}
          onInput={(event) => onWhy({ ...why, reason: event.currentTarget.value })}
        />
      </label>
      {signedInName() ? (
        <p class="muted">The history says that {signedInName()} did it.</p>
      ) : (
        <NameField {...{ why, onWhy }} />
      )}
    </>
  );
}

function NameField({ why, onWhy }: Pick<WhyFieldsProps, "why" | "onWhy">) {
  return (
    <label>
      <span>
        Your name <span class="muted">(optional; kept in the history and in this browser)</span>
      </span>
      <input class="field" maxLength={256} autocomplete="username" value={why.user} onInput={(event) => onWhy({ ...why, user: event.currentTarget.value })} />
    </label>
  );
}
