import { useState } from "preact/hooks";
import type { PromotionRequest } from "../api/schema";
import panels from "../panels/panels.module.css";
import { commentRequest } from "./registry-api";
import { wantedOf } from "./requests";
import css from "./requests.module.css";
import { rememberUser, userName } from "./user";

/** A line to say something about a request; the name is asked for where this browser knows none. */
export function CommentForm({ request }: { readonly request: PromotionRequest }) {
  const [text, setText] = useState("");
  const [user, setUser] = useState(userName);
  const [isAsked] = useState(user === "");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      if (isAsked) rememberUser(user.trim());
      await commentRequest(request.name, request.request_id, text.trim(), user.trim());
      setText("");
      setError("");
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
    setBusy(false);
  };
  return (
    <form class={css.form} onSubmit={(event) => void send(event)}>
      <textarea
        class="field"
        rows={text ? 3 : 1}
        maxLength={10_000}
        aria-label={`Comment on the request for ${wantedOf(request)} of version ${request.version}`}
        placeholder="Comment"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {text.trim() !== "" && (
        <div class={css.actions}>
          {isAsked && (
            <input
              class="field"
              aria-label="Your name"
              placeholder="Your name"
              autocomplete="username"
              maxLength={256}
              value={user}
              onInput={(event) => setUser(event.currentTarget.value)}
            />
          )}
          <button type="submit" class="button small" disabled={isBusy}>
            Comment
          </button>
        </div>
      )}
      {error && <p class={panels.error} role="alert">{error}</p>}
    </form>
  );
}
