/** A Jupyter notebook, read for showing. */

import { readFields, readList, readText } from "../lib/read";

export type Output =
  | { readonly kind: "text"; readonly text: string; readonly isError: boolean }
  | { readonly kind: "image"; readonly address: string }
  | { readonly kind: "html"; readonly html: string };

export interface Cell {
  readonly kind: "code" | "markdown" | "raw";
  readonly source: string;
  /** When it was run, by number; 0 if it was not. */
  readonly count: number;
  readonly outputs: readonly Output[];
}

export interface Notebook {
  readonly language: string;
  readonly cells: readonly Cell[];
}

const joinText = (value: unknown): string => (Array.isArray(value) ? value.map(readText).join("") : readText(value));

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

function readOutput(value: unknown): Output[] {
  const output = readFields(value);
  switch (output["output_type"]) {
    case "stream":
      return [{ kind: "text", text: joinText(output["text"]), isError: output["name"] === "stderr" }];
    case "error":
      return [{ kind: "text", text: joinText(readList(output["traceback"]).map((line) => `${readText(line)}\n`)), isError: true }];
    default:
      return readDisplay(readFields(output["data"]));
  }
}

function readDisplay(data: Readonly<Record<string, unknown>>): Output[] {
  const image = IMAGES.find((type) => type in data);
  if (image) return [{ kind: "image", address: `data:${image};base64,${joinText(data[image]).replaceAll(/\s/g, "")}` }];
  if ("image/svg+xml" in data) return [{ kind: "image", address: `data:image/svg+xml,${encodeURIComponent(joinText(data["image/svg+xml"]))}` }];
  if ("text/html" in data) return [{ kind: "html", html: joinText(data["text/html"]) }];
  const text = joinText(data["text/plain"]);
  return text ? [{ kind: "text", text, isError: false }] : [];
}

/** Read a notebook; raise an error if the text is no notebook. */
export function readNotebook(text: string): Notebook {
  const fields = readFields(JSON.parse(text));
  if (!Array.isArray(fields["cells"])) throw new Error("The file has no cells.");
  const info = readFields(fields["metadata"]);
  const language = readText(readFields(info["language_info"])["name"]) || readText(readFields(info["kernelspec"])["language"]) || "python";
  return { language, cells: readList(fields["cells"]).map((cell) => readCell(readFields(cell))) };
}

function readCell(cell: Readonly<Record<string, unknown>>): Cell {
  const kind = cell["cell_type"] === "code" || cell["cell_type"] === "markdown" ? cell["cell_type"] : "raw";
  const count = cell["execution_count"];
  return {
    kind,
    source: joinText(cell["source"]),
    count: typeof count === "number" ? count : 0,
    outputs: readList(cell["outputs"]).flatMap(readOutput),
  };
}
