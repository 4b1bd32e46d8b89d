import { reach } from "../../api/client";
import { useQuery } from "../../api/use-query";
import { addressOf, listFolder } from "../../artifacts/artifacts-api";
import { nameOf, type Entry } from "../../artifacts/tree";
import { readProgram, readRecord, type ProgramRecord, type ProjectRecord } from "./project-record";

const FOLDER = "code";
const RECORD = "code/project.json";
const PROGRAM = "code/program.json";
const PATCHES = ["code/changes.patch", "code/diff.patch"];
const LOCKS = ["requirements.txt", "uv.lock", "pylock.toml", "python_env.yaml", "conda.yaml"];
const MOST_BYTES = 20_000_000;

export interface CodeFiles {
  readonly files: readonly Entry[];
  /** The patch of what was not committed; null if there is none. */
  readonly patch: Entry | null;
  /** What was installed. */
  readonly locks: readonly Entry[];
  /** The program, and whatever else was kept. */
  readonly others: readonly Entry[];
  readonly record: ProjectRecord | null;
  /** How the program was started; null if that was not kept. */
  readonly program: ProgramRecord | null;
}

async function readCode(runId: string, signal: AbortSignal): Promise<CodeFiles> {
  const files = (await listFolder(runId, FOLDER, signal)).filter((entry) => !entry.isFolder);
  const find = (path: string) => files.find((entry) => entry.path === path) ?? null;
  const patch = PATCHES.map(find).find((entry) => entry !== null) ?? null;
  const locks = files.filter(({ path }) => LOCKS.includes(nameOf(path)));
  const record = find(RECORD) ? readRecord(await readWhole(runId, RECORD, signal)) : null;
  const program = find(PROGRAM) ? readProgram(await readWhole(runId, PROGRAM, signal)) : null;
  const known = new Set([patch?.path, RECORD, PROGRAM, ...locks.map(({ path }) => path)]);
  return { files, patch, locks, others: files.filter(({ path }) => !known.has(path)), record, program };
}

/** Read a text of a run's artifacts. */
export async function readWhole(runId: string, path: string, signal: AbortSignal): Promise<string> {
  return (await reach(addressOf(runId, path), { signal })).text();
}

/** What is kept of the code that a run ran. */
export const useCode = (runId: string, revision: number) =>
  useQuery({ key: ["code", runId], revision, ask: (signal) => readCode(runId, signal) });

/** Read a file of the code unless it is very large. */
export const useCodeText = (runId: string, entry: Entry | null) =>
  useQuery({
    key: ["code-text", runId, entry?.path, entry?.size],
    ask: (signal) => readWhole(runId, entry?.path ?? "", signal),
    enabled: entry !== null && entry.size <= MOST_BYTES,
  });
