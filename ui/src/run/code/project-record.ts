/** What is kept of how a run came to be: `code/project.json` of a project's, `code/program.json` of another program's. */

import { readFields, readList, readText } from "../../lib/read";

export interface ProjectRecord {
  readonly uri: string;
  readonly entryPoint: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly commit: string;
  readonly python: string;
  readonly installed: readonly string[];
}

/** Read the record; raise an error if it is no JSON. */
export function readRecord(text: string): ProjectRecord {
  const fields = readFields(JSON.parse(text));
  return {
    uri: readText(fields["uri"]),
    entryPoint: readText(fields["entry_point"]),
    parameters: new Map(Object.entries(readFields(fields["parameters"])).map(([name, value]) => [name, String(value)])),
    commit: readText(fields["commit"]),
    python: readText(fields["python"]),
    installed: readList(fields["installed"]).map(readText).filter(Boolean),
  };
}

export interface ProgramRecord {
  /** The URI of the repository's top folder, or of the working folder. */
  readonly folder: string;
  readonly directory: string;
  readonly command: readonly string[];
  readonly commit: string;
  readonly python: string;
}

/** Read how a program was started; raise an error if it is no JSON. */
export function readProgram(text: string): ProgramRecord {
  const fields = readFields(JSON.parse(text));
  return {
    folder: readText(fields["folder"]),
    directory: readText(fields["directory"]),
    command: readList(fields["command"]).map(readText),
    commit: readText(fields["commit"]),
    python: readText(fields["python"]),
  };
}
