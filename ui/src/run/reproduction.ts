/** How a run can be run again from what is kept of it, and what is missing for that. */

import { nameOf } from "../artifacts/tree";
import type { CodeFiles } from "./code/use-code";
import type { ProgramRecord } from "./code/project-record";
import type { DatasetUse, RunDetails } from "./model";

export interface Reproduction {
  /** Whether one command does it all. */
  readonly isExact: boolean;
  /** Shell commands; empty if there is no way. */
  readonly commands: string;
  /** The same project run anew, without its environment; empty if the run is none of a project. */
  readonly anew: string;
  /** What is not known or not kept, for people. */
  readonly missing: readonly string[];
}

const NO_PATCH = "There were uncommitted changes, and they were not kept.";

/** Quote a word for a shell, if it needs it. */
export const quoteShell = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** Say how to run `run` again against the server at `server`. */
export function planReproduction(run: RunDetails, code: CodeFiles, server: string): Reproduction {
  if (code.record) return planProject(run, code, server);
  return code.program && !holdsSecret(code.program) ? planProgram(run, code, code.program, server) : planByHand(run, code, server);
}

const holdsSecret = ({ command }: ProgramRecord): boolean => command.some((word) => word.includes("***"));

const reproduceCommand = (runId: string, server: string): string => `headwater reproduce ${runId} --tracking-uri ${quoteShell(server)}`;

/** Return the command that says what differs between a run and the checkout it is given in. */
export const checkCommand = (runId: string, server: string): string => `headwater reproduce ${runId} --check --tracking-uri ${quoteShell(server)}`;

function planProgram(run: RunDetails, code: CodeFiles, program: ProgramRecord, server: string): Reproduction {
  const missing: string[] = [];
  if (!program.commit) missing.push(`The code was in no git repository: what is in ${program.folder} now is run.`);
  else if (!run.tags.get("mlflow.source.git.repoURL")) missing.push(`The repository has no remote: its commit is looked for in ${program.folder}.`);
  if (program.commit && !code.patch && run.tags.get("mlflow.source.git.dirty") === "true") missing.push(NO_PATCH);
  if (!code.locks.some(({ path }) => nameOf(path) === "requirements.txt")) missing.push("The installed packages were not kept.");
  return { isExact: missing.length === 0, commands: reproduceCommand(run.runId, server), anew: "", missing };
}

function planProject(run: RunDetails, { record, patch }: CodeFiles, server: string): Reproduction {
  const missing: string[] = [];
  if (!record?.commit) missing.push("The project is in no git repository: its code is run as it is now.");
  if (record?.commit && !patch && run.tags.get("mlflow.source.git.dirty") === "true") {
    missing.push(NO_PATCH);
  }
  if (record && record.installed.length === 0) missing.push("The installed packages were not kept: the environment is resolved anew.");
  const parameters = [...(record?.parameters ?? [])].map(([name, value]) => ` \\\n  -P ${quoteShell(`${name}=${value}`)}`).join("");
  const version = record?.commit ? ` --version ${record.commit}` : "";
  const entry = record?.entryPoint && record.entryPoint !== "main" ? ` -e ${quoteShell(record.entryPoint)}` : "";
  return {
    isExact: missing.length === 0,
    commands: reproduceCommand(run.runId, server),
    anew: `headwater run ${quoteShell(record?.uri ?? "")}${entry}${version}${parameters} --tracking-uri ${quoteShell(server)}`,
    missing,
  };
}

function planByHand(run: RunDetails, code: CodeFiles, server: string): Reproduction {
  const tag = (name: string) => run.tags.get(name) ?? "";
  const commit = tag("mlflow.source.git.commit");
  const repository = tag("mlflow.source.git.repoURL").replace(/^(https?:\/\/)[^@/]*@/, "$1");
  const command = tag("headwater.source.command");
  const lock = code.locks.find(({ path }) => nameOf(path) === "requirements.txt") ?? code.locks[0];
  const missing = [
    code.program
      ? "The command line held a secret, which was not kept: “headwater reproduce” cannot write it again."
      : "How it was started was not kept: “headwater reproduce” needs a run of “headwater run”, or one that captured its code.",
  ];
  if (!commit) missing.push("The code was in no git repository.");
  if (commit && !repository) missing.push("The repository has no remote: the commit is where the code was.");
  if (!code.patch && tag("mlflow.source.git.dirty") === "true") missing.push(NO_PATCH);
  if (!lock) missing.push("The installed packages were not kept. Capture the code of the next run: HEADWATER_CAPTURE=code.");
  if (!command) missing.push("The command is not known.");
  const fetchFile = (path: string) => {
    const query = new URLSearchParams({ run_id: run.runId, path });
    return `curl -fsSo ${quoteShell(nameOf(path))} ${quoteShell(`${server}/get-artifact?${query}`)}`;
  };
  const steps = [
    ...(commit && repository ? [`git clone ${quoteShell(repository)} code && cd code`] : []),
    ...(commit ? [`git checkout ${commit}`] : []),
    ...(commit && code.patch ? [`${fetchFile(code.patch.path)} && git apply ${quoteShell(nameOf(code.patch.path))}`] : []),
    ...(lock && nameOf(lock.path) === "requirements.txt"
      ? [`${fetchFile(lock.path)} && uv venv && uv pip install -r requirements.txt`]
      : []),
    ...(command ? [`HEADWATER_TRACKING_URI=${quoteShell(server)} uv run ${/\.py\b/.test(command.split(" ")[0] ?? "") ? "python " : ""}${command}`] : []),
  ];
  return { isExact: false, commands: commit || code.locks.length > 0 ? steps.join("\n") : "", anew: "", missing };
}

/** Name the datasets by their digests, as text to keep. */
export const writeDatasets = (datasets: readonly DatasetUse[]): string =>
  datasets.map(({ name, digest, source }) => [name, digest, source].filter(Boolean).join("  ")).join("\n");

/** Return the code that loads a run. */
export const loadInPython = (runId: string, server: string): string => `import headwater as hw

hw.set_tracking_uri(${JSON.stringify(server)})
run = hw.get_run("${runId}")
run.data.metrics, run.data.params`;
