import { useState } from "preact/hooks";
import { useQuery } from "../api/use-query";
import { formatCount, plural } from "../lib/format";
import { formatBytes } from "../preview/bytes";
import { FormDialog } from "../shell/form-dialog";
import { Failure } from "../shell/notice";
import { say } from "../shell/toasts";
import css from "./settings.module.css";
import { collectBlobs, compactDatabase, emptyTrash, listTrash } from "./settings-api";

const DAY_MS = 86_400_000;
/** What stands for a number until it is read. */
const UNREAD = "…";
const AGES: readonly { readonly ms: number; readonly text: string }[] = [
  { ms: 0, text: "everything" },
  { ms: DAY_MS, text: "for a day or longer" },
  { ms: 7 * DAY_MS, text: "for a week or longer" },
  { ms: 30 * DAY_MS, text: "for a month or longer" },
];

/** What is in the trash, and how its room is given back. */
export function StoragePanel() {
  const [age, setAge] = useState(0);
  const [isAsking, setAsking] = useState(false);
  const trash = useQuery({ key: ["trash", age], ask: (signal) => listTrash(age, signal) });
  const found = trash.data;
  const count = found ? found.run_ids.length + found.experiment_ids.length + found.model_ids.length : 0;
  return (
    <>
      <section aria-labelledby="trash">
        <h2 id="trash">Trash</h2>
        <p class="muted">What was archived or deleted can be restored until it is deleted for good here, or by headwater gc.</p>
        <label>
          In the trash
          <select class="field" value={String(age)} onChange={(event) => setAge(Number(event.currentTarget.value))}>
            {AGES.map(({ ms, text }) => (
              <option key={ms} value={String(ms)}>
                {text}
              </option>
            ))}
          </select>
        </label>
        {trash.error && <Failure error={trash.error} onRetry={() => void trash.refetch()} isSlim />}
        {(found || !trash.error) && (
          <dl>
            <Fact name="Experiments" value={found ? formatCount(found.experiment_ids.length) : UNREAD} />
            <Fact name="Runs" value={found ? formatCount(found.run_ids.length) : UNREAD} />
            <Fact name="Logged models" value={found ? formatCount(found.model_ids.length) : UNREAD} />
            <Fact name="Points" value={found ? formatCount(found.points) : UNREAD} />
            <Fact name="Artifacts of nobody else" value={found ? `${plural(found.files, "file")}, ${formatBytes(found.bytes)}` : UNREAD} />
          </dl>
        )}
        <div>
          <button type="button" class="button" disabled={count === 0} onClick={() => setAsking(true)}>
            Delete for good…
          </button>
        </div>
      </section>
      <RoomSection />
      {isAsking && <EmptyDialog age={age} count={count} onClose={() => setAsking(false)} />}
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function EmptyDialog({ age, count, onClose }: { readonly age: number; readonly count: number; readonly onClose: () => void }) {
  const [word, setWord] = useState("");
  const [left, setLeft] = useState<number | null>(null);
  const save = async () => {
    await emptyTrash(age, setLeft);
    say("Deleted for good");
  };
  return (
    <FormDialog title="Delete for good" action="Delete" isReady={word.trim() === "delete"} onSave={save} onClose={onClose}>
      <p>
        {plural(count, "thing")} in the trash and all that belongs to them will be gone. Nothing brings them back.
      </p>
      <label>
        Type “delete”
        <input class="field" autofocus autocomplete="off" value={word} onInput={(event) => setWord(event.currentTarget.value)} />
      </label>
      {left !== null && <p role="status">{`${formatCount(left)} left…`}</p>}
    </FormDialog>
  );
}

/** Artifact bytes that nothing names, and room that the database could give back. */
function RoomSection() {
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const attempt = async (what: () => Promise<string>) => {
    setBusy(true);
    setText("…");
    setText(await what().catch((error: unknown) => (error instanceof Error ? error.message : String(error))));
    setBusy(false);
  };
  const collect = (isDry: boolean) => async () => {
    const freed = await collectBlobs(isDry, (share) => setText(`${Math.round(share * 100)} %`));
    return `${plural(freed.files, "file")}, ${formatBytes(freed.bytes)} ${isDry ? "can be deleted" : "deleted"}`;
  };
  const compact = async () => `${formatBytes(await compactDatabase())} given back to the disk`;
  return (
    <section aria-labelledby="room">
      <h2 id="room">Room</h2>
      <p class="muted">
        Bytes of artifacts that nothing names any more, because runs were deleted for good or an upload broke off, stay until they are collected.
      </p>
      <div class={css.actions}>
        <button type="button" class="button" disabled={isBusy} onClick={() => void attempt(collect(true))}>
          Count unused artifacts
        </button>
        <button type="button" class="button" disabled={isBusy} onClick={() => void attempt(collect(false))}>
          Delete unused artifacts
        </button>
        <button type="button" class="button" disabled={isBusy} onClick={() => void attempt(compact)}>
          Compact the database
        </button>
      </div>
      <p role="status">{text}</p>
    </section>
  );
}
