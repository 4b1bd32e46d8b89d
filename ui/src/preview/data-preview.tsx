import { useEffect, useState } from "preact/hooks";
import { formatCount } from "../charts/numbers";
import { useQuery } from "../api/use-query";
import { readBytes, readTextFile } from "../artifacts/artifacts-api";
import { childrenOf, readData, typeOf, writeValue } from "./data";
import { extensionOf, languageOf } from "./kind";
import css from "./preview.module.css";
import { TablePreview } from "./table-preview";
import { TextPreview } from "./text-preview";

const MAX_TREE = 5_000_000;
const TREE_FROM = 20_000;
const AT_ONCE = 200;

/** How files begin that hold a table: a list of records, or columns and data. */
const TABLE = /^\s*(\[\s*\{|\{\s*"(columns|data)"\s*:\s*\[)/;
const HEAD_BYTES = 256;

interface DataPreviewProps {
  /** The run whose file it is; empty for other owners, whose tables the server does not read. */
  readonly runId: string;
  readonly url: string;
  readonly path: string;
  readonly size: number;
}

type Way = "Table" | "Tree" | "Text";

/** Code; of JSON and YAML also what it means, as a tree, and the rows if it holds a table. */
export function DataPreview({ runId, url, path, size }: DataPreviewProps) {
  const language = languageOf(path);
  const hasTree = (language === "json" || language === "yaml") && size <= MAX_TREE;
  const isJson = runId !== "" && extensionOf(path) === "json";
  const head = useQuery({
    key: ["artifact-head", url],
    ask: async (signal) => new TextDecoder().decode((await readBytes(url, 0, HEAD_BYTES, signal)).bytes),
    enabled: isJson,
  });
  const hasTable = isJson && TABLE.test(head.data ?? "");
  const [chosen, choose] = useState<Way | null>(null);
  if (!hasTree) return <TextPreview url={url} path={path} />;
  if (isJson && head.isLoading) return <p class={css.hint}>Reading…</p>;
  const way = chosen ?? (hasTable ? "Table" : size > TREE_FROM ? "Tree" : "Text");
  const ways: readonly Way[] = hasTable ? ["Table", "Tree", "Text"] : ["Tree", "Text"];
  return (
    <>
      <div class={css.tools}>
        <div class="segments" role="group" aria-label="Show as">
          {ways.map((one) => (
            <button key={one} type="button" aria-pressed={way === one} onClick={() => choose(one)}>
              {one}
            </button>
          ))}
        </div>
      </div>
      {way === "Table" && <TablePreview runId={runId} path={path} />}
      {way === "Tree" && <DataTree {...{ url, path, language }} onFail={() => choose("Text")} />}
      {way === "Text" && <TextPreview url={url} path={path} />}
    </>
  );
}

interface DataTreeProps {
  readonly url: string;
  readonly path: string;
  readonly language: string;
  readonly onFail: () => void;
}

function DataTree({ url, path, language, onFail }: DataTreeProps) {
  const { data, error } = useQuery({
    key: ["artifact-data", url],
    ask: async (signal) => ({ value: await readData(await readTextFile(url, signal), language) }),
  });
  if (error) {
    return (
      <p role="alert" class={css.error}>
        This is no {language === "json" ? "JSON" : "YAML"}: {error.message}{" "}
        <button type="button" class="button small" onClick={onFail}>
          Show the text
        </button>
      </p>
    );
  }
  if (!data) return <p class={css.hint}>Reading…</p>;
  return (
    <div class={css.tree} tabIndex={0} role="region" aria-label={`Tree of ${path}`}>
      <ul>
        <Branch name="" value={data.value} depth={0} />
      </ul>
    </div>
  );
}

function Branch({ name, value, depth }: { readonly name: string; readonly value: unknown; readonly depth: number }) {
  const children = childrenOf(value);
  const [isOpen, setOpen] = useState(depth === 0 || (depth < 2 && children.length <= 20));
  const [most, setMost] = useState(AT_ONCE);
  useEffect(() => setMost(AT_ONCE), [isOpen]);
  const label = name !== "" && <span class={css.name}>{name}: </span>;
  if (children.length === 0) {
    return (
      <li>
        {label}
        <span data-type={typeOf(value)}>{writeValue(value)}</span>
      </li>
    );
  }
  return (
    <li>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span aria-hidden="true">{isOpen ? "▾ " : "▸ "}</span>
        {label}
        <span class={css.size}>{writeValue(value)}</span>
      </button>
      {isOpen && (
        <ul>
          {children.slice(0, most).map(([key, child]) => (
            <Branch key={key} name={key} value={child} depth={depth + 1} />
          ))}
          {children.length > most && (
            <li>
              <button type="button" onClick={() => setMost(most + 10 * AT_ONCE)}>
                … {formatCount(children.length - most)} more
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}
