/** What a project's run keeps of how it came to be: the artifact `code/project.json`. */

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
