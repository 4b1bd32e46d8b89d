import { expect, it } from "vitest";
import type { CodeFiles } from "./code/use-code";
import { readRun, type RunDetails } from "./model";
import { planReproduction, quoteShell } from "./reproduction";

const NO_CODE: CodeFiles = { files: [], patch: null, locks: [], others: [], record: null, program: null };
const SERVER = "http://tracking:5000";
const entry = (path: string) => ({ path, isFolder: false, size: 10 });

function makeRun(tags: Readonly<Record<string, string>>): RunDetails {
  return readRun({ info: { run_id: "r1" }, data: { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) } });
}

it("reproduces a project's run by one command", () => {
  const record = { uri: "git@host:a/b.git", entryPoint: "train", parameters: new Map([["lr", "0.1"], ["note", "it's"]]), commit: "abc", python: "3.11", installed: ["x==1"] };
  const plan = planReproduction(makeRun({}), { ...NO_CODE, record }, SERVER);
  expect(plan.isExact).toBe(true);
  expect(plan.commands).toBe("headwater reproduce r1 --tracking-uri http://tracking:5000");
  expect(plan.anew).toBe(`headwater run git@host:a/b.git -e train --version abc \\
  -P lr=0.1 \\
  -P 'note=it'\\''s' --tracking-uri http://tracking:5000`);
});

it("says what a project's run lacks", () => {
  const record = { uri: ".", entryPoint: "main", parameters: new Map<string, string>(), commit: "", python: "", installed: [] };
  const plan = planReproduction(makeRun({}), { ...NO_CODE, record }, SERVER);
  expect(plan.isExact).toBe(false);
  expect(plan.missing).toHaveLength(2);
});

it("writes the steps for a run whose commit, changes and packages are kept", () => {
  const tags = {
    "mlflow.source.git.commit": "abc",
    "mlflow.source.git.repoURL": "https://user:secret@github.com/team/project",
    "mlflow.source.git.dirty": "true",
    "headwater.source.command": "train.py --lr 0.1",
  };
  const code = { ...NO_CODE, patch: entry("code/diff.patch"), locks: [entry("code/requirements.txt")] };
  const plan = planReproduction(makeRun(tags), code, SERVER);
  expect(plan.isExact).toBe(false);
  expect(plan.commands.split("\n")).toEqual([
    "git clone https://github.com/team/project code && cd code",
    "git checkout abc",
    "curl -fsSo diff.patch 'http://tracking:5000/get-artifact?run_id=r1&path=code%2Fdiff.patch' && git apply diff.patch",
    "curl -fsSo requirements.txt 'http://tracking:5000/get-artifact?run_id=r1&path=code%2Frequirements.txt' && uv venv && uv pip install -r requirements.txt",
    "HEADWATER_TRACKING_URI=http://tracking:5000 uv run python train.py --lr 0.1",
  ]);
  expect(plan.missing).toHaveLength(1);
});

it("reproduces a program that captured its code by one command, unless its command line held a secret", () => {
  const program = { folder: "file:///home/ada/churn", directory: ".", command: ["python", "train.py"], commit: "abc", python: "3.11" };
  const code = { ...NO_CODE, program, locks: [entry("code/requirements.txt")] };
  const plan = planReproduction(makeRun({ "mlflow.source.git.repoURL": "git@host:a/b.git" }), code, SERVER);
  expect(plan).toEqual({ isExact: true, commands: "headwater reproduce r1 --tracking-uri http://tracking:5000", anew: "", missing: [] });
  expect(planReproduction(makeRun({}), code, SERVER).missing).toEqual([
    "The repository has no remote: its commit is looked for in file:///home/ada/churn.",
  ]);
  const secret = { ...code, program: { ...program, command: ["python", "train.py", "--token=***"] } };
  expect(planReproduction(makeRun({}), secret, SERVER).missing[0]).toContain("The command line held a secret");
});

it("is honest about a run of which nothing is kept", () => {
  const plan = planReproduction(makeRun({}), NO_CODE, SERVER);
  expect(plan.commands).toBe("");
  expect(plan.missing).toEqual([
    "How it was started was not kept: “headwater reproduce” needs a run of “headwater run”, or one that captured its code.",
    "The code was in no git repository.",
    "The installed packages were not kept. Capture the code of the next run: HEADWATER_CAPTURE=code.",
    "The command is not known.",
  ]);
});

it("quotes what a shell would take apart", () => {
  expect([quoteShell("a=b"), quoteShell("a b"), quoteShell("it's")]).toEqual(["a=b", "'a b'", "'it'\\''s'"]);
});
