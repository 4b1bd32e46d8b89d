import { useEffect, useRef, useState } from "preact/hooks";
import { areKeysOn, onKeys, setKeysOn, shownKeys } from "../lib/keys";
import css from "./shell.module.css";

/** The keys that are valid on the page, shown by `?`. */
export function KeysDialog() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => onKeys({ "?": () => setOpen(true) }), []);
  return isOpen ? <Dialog onClose={() => setOpen(false)} /> : null;
}

function Dialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOn, setOn] = useState(areKeysOn);
  useEffect(() => dialog.current?.showModal(), []);
  // What is valid everywhere stands last.
  const keys = [...shownKeys.value].sort((a, b) => Number("?" in a) - Number("?" in b)).flatMap((words) => Object.entries(words));
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">Keys on this page</h2>
      <dl class={css.keys}>
        {keys.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <label class={css.keysSwitch}>
        <input
          type="checkbox"
          checked={isOn}
          onChange={() => {
            setKeysOn(!isOn);
            setOn(!isOn);
          }}
        />
        Keys of a single letter
      </label>
      <div class={css.buttons}>
        <button type="button" class="button" autofocus onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
