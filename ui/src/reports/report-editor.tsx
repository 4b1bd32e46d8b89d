import { useState } from "preact/hooks";
import { ApiError } from "../api/client";
import type { View } from "../api/schema";
import { setQuery } from "../lib/location";
import { readFields } from "../lib/read";
import { say } from "../shell/toasts";
import { BlockEditor } from "./block-editor";
import { BLOCK_NAMES, lastExperiment, makeBlock, moveBlock, readBlocks, writeBlocks, type Block, type BlockType } from "./report";
import { readReport, saveReport } from "./reports-api";
import css from "./reports.module.css";

export interface ReportDraft {
  readonly name: string;
  readonly blocks: readonly Block[];
  /** The newest version when it was begun, which it is to follow. */
  readonly after: number;
}

/** Read what `writeReportDraft` wrote; null if it is something else. */
export function readReportDraft(kept: unknown): ReportDraft | null {
  const { name, state, after } = readFields(kept);
  return typeof name === "string" && typeof after === "number" ? { name, after, blocks: readBlocks(state) } : null;
}

export const writeReportDraft = ({ name, blocks, after }: ReportDraft): object => ({ name, after, state: writeBlocks(blocks) });

const MAX_NAME = 500;
const CONFLICT = 409;
const TYPES: readonly BlockType[] = ["markdown", "runs", "chart", "view", "image"];

interface EditorProps {
  readonly report: View;
  readonly draft: ReportDraft;
  /** Whether it was written before the page was left. */
  readonly isOld: boolean;
  readonly onDraft: (draft: ReportDraft | null) => void;
}

/** A report while it is written. */
export function ReportEditor({ report, draft, isOld, onDraft }: EditorProps) {
  const [error, setError] = useState("");
  const [keys, setKeys] = useState(() => draft.blocks.map((_, index) => index));
  const { name, blocks } = draft;
  const put = (next: readonly Block[], nextKeys = keys) => {
    setKeys(nextKeys);
    onDraft({ ...draft, blocks: next });
  };
  const move = (index: number, by: 1 | -1) => {
    const next = [...keys];
    [next[index], next[index + by]] = [keys[index + by] ?? 0, keys[index] ?? 0];
    put(moveBlock(blocks, index, by), next);
  };
  const save = async () => {
    try {
      await saveReport(report.view_id, draft.after, name.trim(), blocks);
      say("Report saved");
      onDraft(null);
      setQuery(new URLSearchParams());
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === CONFLICT) await follow();
      else setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  /** Let the draft come after what somebody else has saved, if it is saved again. */
  const follow = async () => {
    try {
      const { version } = await readReport(report.view_id, 0);
      onDraft({ ...draft, after: version });
      setError(`Somebody has saved version ${version} since you began to write. Save again to put yours after it; theirs stays among the versions.`);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  const cancel = () => {
    onDraft(null);
    say("Changes given up", () => onDraft(draft));
  };
  return (
    <>
      <h1 class="visually-hidden" tabIndex={-1}>
        {report.name}
      </h1>
      <header class={css.head}>
        <input class={`field ${css.name}`} aria-label="Name" maxLength={MAX_NAME} value={name} onInput={(event) => onDraft({ ...draft, name: event.currentTarget.value })} />
        <span class={css.actions}>
          <button type="button" class="button primary" disabled={!name.trim()} onClick={() => void save()}>
            Save
          </button>
          <button type="button" class="button" onClick={cancel}>
            Cancel
          </button>
        </span>
      </header>
      {error && (
        <p class={css.error} role="alert">
          {error}
        </p>
      )}
      {isOld && <p class="muted">You wrote this before and have not saved it. Cancel shows the report as it is saved.</p>}
      {blocks.map((block, index) => (
        <BlockEditor
          key={keys[index]}
          block={block}
          place={index}
          count={blocks.length}
          onChange={(changed) => put(blocks.map((one, at) => (at === index ? changed : one)))}
          onMove={(by) => move(index, by)}
          onRemove={() => put(blocks.filter((_, at) => at !== index), keys.filter((_, at) => at !== index))}
        />
      ))}
      <div class={css.add}>
        <span class="muted">Add</span>
        {TYPES.map((type) => (
          <button
            key={type}
            type="button"
            class="button small"
            onClick={() => put([...blocks, makeBlock(type, lastExperiment(blocks))], [...keys, Math.max(-1, ...keys) + 1])}
          >
            {BLOCK_NAMES[type]}
          </button>
        ))}
      </div>
    </>
  );
}

