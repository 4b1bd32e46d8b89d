import { useMemo, useState } from "preact/hooks";
import { callNative, readText } from "../api/client";
import type { ComparedFile, FindFilesResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { addressOf, ofRun } from "../artifacts/artifacts-api";
import type { ChartRun } from "../charts/lines";
import { Swatch } from "../charts/swatch";
import { formatCount, plural } from "../lib/format";
import { ImagesCard } from "../plots/images-card";
import { EMPTY_SPEC } from "../plots/spec";
import { kindOf } from "../preview/kind";
import { Preview } from "../preview/preview";
import { Failure } from "../shell/notice";
import css from "./compare.module.css";
import { LineDiff } from "./patch-panel";
import type { CompareState } from "./state";

const MAX_RUNS = 12;
const MAX_PATHS = 500;
const MAX_TEXT = 200_000;
const SERIES = /^images\/.+[+%]step[+%]/;

interface FilesTabProps {
  readonly runs: readonly ChartRun[];
  readonly state: CompareState;
  readonly onState: (part: Partial<CompareState>) => void;
  readonly revision: number;
}

interface PathEntry {
  readonly path: string;
  readonly files: ReadonlyMap<string, ComparedFile>;
  readonly isSame: boolean;
}

function listPaths(files: readonly ComparedFile[], count: number): PathEntry[] {
  const paths = new Map<string, Map<string, ComparedFile>>();
  for (const file of files) {
    if (SERIES.test(file.path)) continue;
    const byRun = paths.get(file.path) ?? new Map<string, ComparedFile>();
    byRun.set(file.run_id, file);
    paths.set(file.path, byRun);
  }
  return [...paths]
    .map(([path, byRun]) => ({ path, files: byRun, isSame: byRun.size === count && new Set([...byRun.values()].map(({ digest }) => digest)).size === 1 }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The artifacts of the runs: images of series in a grid, and any file side by side. */
export function FilesTab({ runs, state, onState, revision }: FilesTabProps) {
  const ids = runs.map(({ runId }) => runId);
  const { data, error, refetch } = useQuery<FindFilesResponse>({
    key: ["compared-files", ids],
    revision,
    ask: (signal) => callNative("runs/files", { run_ids: ids }, signal),
  });
  const paths = useMemo(() => listPaths(data?.files ?? [], runs.length), [data, runs.length]);
  const [words, setWords] = useState("");
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <p class="muted">Reading…</p>;
  const hasImages = data.files.some(({ path }) => SERIES.test(path));
  const found = paths.filter(({ path }) => path.toLowerCase().includes(words.toLowerCase()));
  const chosen = state.file ? paths.find(({ path }) => path === state.file) : paths.find(({ isSame }) => !isSame);
  return (
    <>
      {hasImages && <ImagesCard spec={{ ...EMPTY_SPEC, kind: "images" }} runs={runs} revision={revision} items={[]} />}
      {data.total > data.files.length && <p class="muted">The first {formatCount(data.files.length)} of {plural(data.total, "file")} are listed.</p>}
      {data.elsewhere.length > 0 && <p class="muted">{plural(data.elsewhere.length, "run keeps its", "runs keep their")} artifacts elsewhere; they are not listed.</p>}
      {paths.length === 0 && !hasImages && <p class={css.nothing}>These runs have no artifacts.</p>}
      {paths.length > 0 && (
        <div class={css.files}>
          <nav aria-label="Files">
            <input type="search" class="field" placeholder="Find files" aria-label="Find files by path" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
            <ul>
              {found.slice(0, MAX_PATHS).map((entry) => (
                <li key={entry.path}>
                  <button type="button" aria-current={entry.path === chosen?.path ? "true" : undefined} onClick={() => onState({ file: entry.path })}>
                    <span title={entry.path}>{entry.path}</span>
                    <small>{entry.isSame ? "same" : entry.files.size < runs.length ? `${entry.files.size} of ${runs.length}` : "differs"}</small>
                  </button>
                </li>
              ))}
              {found.length > MAX_PATHS && <li class="muted">{plural(found.length - MAX_PATHS, "more file")}: search to find them.</li>}
            </ul>
          </nav>
          {chosen ? <SideBySide key={chosen.path} entry={chosen} runs={runs} /> : <p class={css.nothing}>Choose a file to see it for all runs side by side.</p>}
        </div>
      )}
    </>
  );
}

function SideBySide({ entry, runs }: { readonly entry: PathEntry; readonly runs: readonly ChartRun[] }) {
  const kind = kindOf(entry.path);
  const isText = (kind === "text" || kind === "code" || kind === "markdown") && [...entry.files.values()].every(({ size }) => size <= MAX_TEXT);
  const [isDiff, setDiff] = useState(true);
  const holders = runs.filter(({ runId }) => entry.files.has(runId));
  const [base] = holders;
  const baseDigest = base ? entry.files.get(base.runId)?.digest : "";
  return (
    <div class={css.side}>
      {isText && !entry.isSame && holders.length > 1 && (
        <label class={css.check}>
          <input type="checkbox" checked={isDiff} onChange={() => setDiff(!isDiff)} />
          Only differences to {base?.name}
        </label>
      )}
      <div class={css.columns}>
        {holders.slice(0, MAX_RUNS).map((run) => {
          const file = entry.files.get(run.runId);
          const isBase = run === base;
          return (
            file && (
              <section key={run.runId} aria-label={`${entry.path} of ${run.name}`}>
                <h3>
                  <Swatch color={run.color} dash={run.dash} /> {run.name}
                  {!isBase && file.digest === baseDigest && <small>same as {base?.name}</small>}
                </h3>
                {isText && isDiff && base && !isBase && file.digest !== baseDigest ? (
                  <TextDiff base={base.runId} run={run.runId} path={entry.path} />
                ) : (
                  <Preview owner={ofRun(run.runId)} entry={{ path: entry.path, isFolder: false, size: file.size }} />
                )}
              </section>
            )
          );
        })}
      </div>
      {holders.length > MAX_RUNS && <p class="muted">The first {MAX_RUNS} of {plural(holders.length, "run")} with this file are shown.</p>}
    </div>
  );
}

function TextDiff({ base, run, path }: { readonly base: string; readonly run: string; readonly path: string }) {
  const read = (runId: string, signal: AbortSignal) => readText(addressOf(runId, path), signal);
  const { data, error, refetch } = useQuery<readonly [string, string]>({
    key: ["file-diff", base, run, path],
    ask: (signal) => Promise.all([read(base, signal), read(run, signal)]),
  });
  if (error) return <Failure error={error} onRetry={() => void refetch()} isSlim />;
  return data ? <LineDiff before={data[0]} after={data[1]} /> : <p class="muted">Reading…</p>;
}
