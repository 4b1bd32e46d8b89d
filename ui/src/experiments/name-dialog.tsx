import { useState } from "preact/hooks";
import { FormDialog } from "../shell/form-dialog";

interface NameDialogProps {
  readonly title: string;
  readonly action: string;
  readonly name: string;
  /** Whether a description is asked for, too. */
  readonly hasDescription: boolean;
  readonly onSave: (name: string, description: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Ask for the name of an experiment. */
export function NameDialog({ title, action, name, hasDescription, onSave, onClose }: NameDialogProps) {
  const [text, setText] = useState(name);
  const [description, setDescription] = useState("");
  return (
    <FormDialog
      title={title}
      action={action}
      isReady={text.trim() !== ""}
      onSave={() => onSave(text.trim(), description.trim())}
      onClose={onClose}
    >
      <label>
        Name
        <input class="field" autofocus required maxLength={500} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {hasDescription && (
        <label>
          <span>
            Description <span class="muted">(optional, Markdown)</span>
          </span>
          <textarea class="field" rows={3} value={description} onInput={(event) => setDescription(event.currentTarget.value)} />
        </label>
      )}
    </FormDialog>
  );
}
