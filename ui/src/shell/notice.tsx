import type { ComponentChildren } from "preact";
import { ApiError } from "../api/client";
import { hrefOf } from "../lib/location";
import css from "./shell.module.css";

interface NoticeProps {
  readonly tone?: "info" | "bad";
  readonly isSlim?: boolean;
  readonly children: ComponentChildren;
}

/** A message in the page. */
export function Notice({ tone = "info", isSlim = false, children }: NoticeProps) {
  return (
    <div class={css.notice} data-tone={tone} data-slim={isSlim || undefined} role={tone === "bad" ? "alert" : undefined}>
      {children}
    </div>
  );
}

interface FailureProps {
  readonly error: Error;
  readonly onRetry: () => void;
  readonly isSlim?: boolean;
  /** The heading, where it stands in the place of a whole page. */
  readonly title?: string;
}

/** What went wrong, and a button to try again. */
export function Failure({ error, onRetry, isSlim = false, title = "" }: FailureProps) {
  const isForbidden = error instanceof ApiError && error.status === 403;
  if (isForbidden && !isSlim) return <Forbidden message={error.message} />;
  return (
    <Notice tone="bad" isSlim={isSlim}>
      {title && <h1 tabIndex={-1}>{title}</h1>}
      <span>{error.message}</span>
      <button type="button" class="button small" onClick={onRetry}>
        Retry
      </button>
    </Notice>
  );
}

/** What the reader may not see; trying again would not help. */
function Forbidden({ message }: { readonly message: string }) {
  return (
    <Notice>
      <h1 class={css.forbidden} tabIndex={-1}>
        You may not see this
      </h1>
      <p>{message}</p>
      <a class="button" href={hrefOf("/")}>
        Go to the first page
      </a>
    </Notice>
  );
}
