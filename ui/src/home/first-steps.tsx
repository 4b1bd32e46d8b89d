import { signedInName } from "../access/session";
import { hrefOf } from "../lib/location";
import { Snippet } from "../shell/snippet";
import css from "./home.module.css";
import { LoadSamples } from "./sample-button";
import { commandSnippet, environmentSnippet, pythonSnippet, serverUrl } from "./snippets";

/** How the first run gets here. */
export function FirstSteps() {
  return (
    <section class={css.first} aria-label="First steps">
      <h2>Log the first run</h2>
      <p class="muted">It appears here by itself.</p>
      {signedInName() && (
        <>
          <h3>Let programs sign in</h3>
          <p class="muted">
            Once on each machine, or with a token from{" "}
            <a class={css.textLink} href={hrefOf("/settings/account")}>
              your account
            </a>
            .
          </p>
          <Snippet label="command to sign in" code={`headwater login ${serverUrl()}`} />
        </>
      )}
      <h3>From Python</h3>
      <Snippet label="Python" code={pythonSnippet("my first experiment")} />
      <h3>From programs that use MLflow already</h3>
      <Snippet label="environment variable" code={environmentSnippet()} />
      <h3>Look from the command line</h3>
      <Snippet label="command" code={commandSnippet()} />
      <h3>Or look around with sample data first</h3>
      <LoadSamples />
    </section>
  );
}
