import { useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import type { PromotionComment, PromotionRequest } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatAgo, formatCount, formatMoment, plural } from "../lib/format";
import { hrefOf } from "../lib/location";
import panels from "../panels/panels.module.css";
import { CommentForm } from "./comment-form";
import { versionPage } from "./places";
import { listRequests } from "./registry-api";
import { DecisionDialog, type Decision } from "./request-dialogs";
import { describeDecision, isOpen, isOwn, wantedOf } from "./requests";
import css from "./requests.module.css";
import { userName } from "./user";

const OPEN_AT_FIRST = 5;
const COMMENTS_AT_FIRST = 3;

interface RequestsPanelProps {
  readonly name: string;
  /** Only what was asked for this version. */
  readonly version?: string;
}

/** What was asked for and waits for somebody, and what became of earlier requests; nothing where nobody asked. */
export function RequestsPanel({ name, version = "" }: RequestsPanelProps) {
  const [isAll, setAll] = useState(false);
  const [decision, setDecision] = useState<Decision | null>(null);
  const { data, error } = useQuery({ key: ["registry", name, "requests", version], ask: (signal) => listRequests(name, version, signal) });
  if (!data) return error && <p class={panels.error} role="alert">{`The requests cannot be read. ${error.message}`}</p>;
  const open = data.requests.filter(isOpen);
  const decided = data.requests.filter((request) => !isOpen(request));
  if (data.requests.length === 0) return null;
  return (
    <section class={panels.panel} aria-labelledby="requests-heading">
      <header>
        <h2 id="requests-heading" tabIndex={-1}>Requests</h2>
        <span class={panels.count}>{open.length > 0 && `${formatCount(open.length)} open`}</span>
      </header>
      {open.length === 0 && <p class={panels.hint}>Nothing waits for a decision.</p>}
      <ul class={css.requests}>
        {(isAll ? open : open.slice(0, OPEN_AT_FIRST)).map((request) => (
          <li key={request.request_id}>
            <Open request={request} isNamed={version === ""} onDecide={(kind) => setDecision({ kind, request })} />
          </li>
        ))}
      </ul>
      {!isAll && open.length > OPEN_AT_FIRST && (
        <button type="button" class="button small quiet" onClick={() => setAll(true)}>
          Show all {formatCount(open.length)} open requests
        </button>
      )}
      {decided.length > 0 && (
        <details class={css.decided}>
          <summary>{plural(decided.length, "decided request")}</summary>
          <ul class={css.requests}>
            {decided.map((request) => (
              <li key={request.request_id}>
                <Decided request={request} isNamed={version === ""} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {data.total > data.requests.length && <p class={panels.hint}>The newest {formatCount(data.requests.length)} of {formatCount(data.total)} requests.</p>}
      {decision && <DecisionDialog decision={decision} onClose={() => setDecision(null)} />}
    </section>
  );
}

interface OpenProps {
  readonly request: PromotionRequest;
  readonly isNamed: boolean;
  readonly onDecide: (kind: Decision["kind"]) => void;
}

function Open({ request, isNamed, onDecide }: OpenProps) {
  const label = `the request for ${wantedOf(request)} of version ${request.version}`;
  const missing = request.missing ?? [];
  const mayEdit = useRefusal("EDIT") === "";
  return (
    <article class={css.request} aria-label={label}>
      <Asked request={request} isNamed={isNamed} />
      {missing.length > 0 && (
        <ul class={css.missing}>
          {missing.map((text) => (
            <li key={text}>
              <span class="dot" data-tone="bad" /> <span class="visually-hidden">not met: </span>
              {text}
            </li>
          ))}
        </ul>
      )}
      <Comments request={request} />
      <div class={css.actions}>
        {mayEdit && (
          <>
            <button type="button" class="button small" aria-label={`Approve ${label}`} onClick={() => onDecide("approve")}>
              Approve…
            </button>
            <button type="button" class="button small" aria-label={`Reject ${label}`} onClick={() => onDecide("reject")}>
              Reject…
            </button>
          </>
        )}
        {isOwn(request, userName()) && (
          <button type="button" class="button small quiet" aria-label={`Withdraw ${label}`} onClick={() => onDecide("withdraw")}>
            Withdraw…
          </button>
        )}
      </div>
      <CommentForm request={request} />
    </article>
  );
}

function Decided({ request, isNamed }: { readonly request: PromotionRequest; readonly isNamed: boolean }) {
  return (
    <article class={css.request} aria-label={`the request for ${wantedOf(request)} of version ${request.version}, ${request.status.toLowerCase()}`}>
      <Asked request={request} isNamed={isNamed} />
      <Comments request={request} />
      <p class={css.verdict}>
        <span class="dot" data-tone={request.status === "APPROVED" ? "ok" : request.status === "REJECTED" ? "bad" : undefined} /> {describeDecision(request)},{" "}
        <When time={request.decision_time ?? 0} />
      </p>
    </article>
  );
}

function Asked({ request, isNamed }: { readonly request: PromotionRequest; readonly isNamed: boolean }) {
  const { name, version, user_id: user = "", time, reason, archive_existing_versions: isArchiving } = request;
  return (
    <>
      <p class={css.wanted}>
        <strong>{wantedOf(request)}</strong>
        {isNamed && (
          <>
            {" for "}
            <a class={css.version} href={hrefOf(versionPage(name, version))}>
              version {version}
            </a>
          </>
        )}
        {isArchiving && ", the others there archived"}
      </p>
      <p class={css.who}>
        asked by {user || "somebody"}, <When time={time} />
      </p>
      {reason && <p class={css.text}>{reason}</p>}
    </>
  );
}

function Comments({ request: { comments = [] } }: { readonly request: PromotionRequest }) {
  const [isAll, setAll] = useState(false);
  if (comments.length === 0) return null;
  const hidden = isAll ? 0 : Math.max(0, comments.length - COMMENTS_AT_FIRST);
  return (
    <>
      {hidden > 0 && (
        <button type="button" class="button small quiet" onClick={() => setAll(true)}>
          Show {plural(hidden, "earlier comment")}
        </button>
      )}
      <Said comments={comments.slice(hidden)} />
    </>
  );
}

function Said({ comments }: { readonly comments: readonly PromotionComment[] }) {
  return (
    <ol class={css.comments} aria-label="Comments">
      {comments.map(({ user_id: user, time, text }) => (
        <li key={`${time} ${user} ${text}`}>
          <p class={css.who}>
            <strong>{user || "somebody"}</strong>, <When time={time} />
          </p>
          <p class={css.text}>{text}</p>
        </li>
      ))}
    </ol>
  );
}

function When({ time }: { readonly time: number }) {
  return <span title={formatMoment(time)}>{formatAgo(time, Date.now())}</span>;
}
