import { useEffect, useId, useRef } from "preact/hooks";
import css from "./access.module.css";
import { Providers } from "./providers";
import { isAsking, signedInName } from "./session";
import { SignInForm } from "./sign-in-form";

/** Ask who comes back to sign in again, over the page as they left it. */
export function SessionDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const name = signedInName();
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    isAsking.value = false;
  };
  return (
    <dialog ref={dialog} class={css.again} aria-labelledby={id} onClose={close}>
      <h2 id={id}>Your session has ended</h2>
      <p>
        Sign in again to go on; this page stays as it is{name && `, unless somebody else than ${name} signs in`}.
      </p>
      <Providers isAside />
      <SignInForm username={name} onDone={() => dialog.current?.close()} />
      <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>
        Not now
      </button>
    </dialog>
  );
}
