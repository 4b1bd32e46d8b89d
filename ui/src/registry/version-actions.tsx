import { useState } from "preact/hooks";
import { useRefusal } from "../access/subject";
import type { RegisteredModel, VersionRow } from "../api/schema";
import { hrefOf } from "../lib/location";
import { ChangeDialog } from "./change-dialogs";
import { DeleteVersionDialog } from "./manage-dialogs";
import { diffPage } from "./places";
import { AskDialog } from "./request-dialogs";
import css from "./versions.module.css";

interface VersionActionsProps {
  readonly model: RegisteredModel;
  readonly chosen: readonly string[];
  readonly rows: readonly VersionRow[];
  readonly onClear: () => void;
}

/** What can be done with the chosen versions: one is promoted, asked for or deleted, several are compared. */
export function VersionActions({ model, chosen, rows, onClear }: VersionActionsProps) {
  const [doing, setDoing] = useState<"" | "promote" | "ask" | "delete">("");
  const numbers = [...chosen].sort((a, b) => Number(a) - Number(b));
  const [old = "", ...others] = numbers;
  const one = numbers.length === 1 ? rows.find(({ version: { version } }) => version === old)?.version : undefined;
  const mayEdit = useRefusal("EDIT") === "";
  const mayManage = useRefusal("MANAGE") === "";
  const close = () => setDoing("");
  return (
    <footer class={css.footer}>
      <span role="status">{describe(numbers, mayEdit)}</span>
      {one && (
        <>
          {mayEdit && (
            <button type="button" class="button small" onClick={() => setDoing("promote")}>
              Promote…
            </button>
          )}
          <button type="button" class="button small" onClick={() => setDoing("ask")}>
            Request promotion…
          </button>
          {mayManage && (
            <button type="button" class="button small" onClick={() => setDoing("delete")}>
              Delete…
            </button>
          )}
        </>
      )}
      {others.length > 0 && (
        <a class="button small primary" href={hrefOf(diffPage(model.name, old, ...others))}>
          Compare
        </a>
      )}
      {numbers.length > 0 && (
        <button type="button" class="button small quiet" onClick={onClear}>
          Clear
        </button>
      )}
      {one && doing === "promote" && <ChangeDialog model={model} change={{ kind: "promote", alias: "", version: old }} onClose={close} />}
      {one && doing === "ask" && <AskDialog model={model} version={old} onClose={close} />}
      {one && doing === "delete" && <DeleteVersionDialog version={one} onClose={close} onDone={onClear} />}
    </footer>
  );
}

function describe(numbers: readonly string[], mayEdit: boolean): string {
  if (numbers.length === 0) return `Choose versions to compare, or one to ${mayEdit ? "promote" : "ask for"}`;
  if (numbers.length === 1) return `Version ${numbers[0] ?? ""}; choose more to compare`;
  return `Versions ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1) ?? ""}`;
}
