import { fetchFile } from "../../api/client";
import { addressOf } from "../../artifacts/artifacts-api";
import type { LogSource } from "./log-source";

/** Save a log: a finished one as the artifact that it is, one that is being written as far as it is there. */
export async function downloadLog(runId: string, source: LogSource): Promise<void> {
  const { name } = source.state.value;
  const kept = addressOf(runId, `logs/${name}`);
  const found = await fetchFile(kept, { method: "HEAD" });
  if (found.ok) {
    save(kept, name);
    return;
  }
  const parts: string[] = [];
  for await (const text of source.texts()) parts.push(text);
  const made = URL.createObjectURL(new Blob(parts, { type: "text/plain" }));
  save(made, name);
  setTimeout(() => URL.revokeObjectURL(made), 10_000);
}

function save(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
