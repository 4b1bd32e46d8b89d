import type { ComponentChildren } from "preact";
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
