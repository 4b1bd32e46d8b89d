import { useEffect, useState } from "preact/hooks";
import { useQuery } from "../api/use-query";
import { readTextFile } from "../artifacts/artifacts-api";
import { AnsiText } from "./ansi-text";
import { highlight } from "./highlight";
import { Markdown, sanitizeHtml } from "./markdown";
import { readNotebook, type Cell, type Output } from "./notebook";
import css from "./preview.module.css";

/** A notebook as it was saved: nothing of it is run. */
export function NotebookPreview({ url }: { readonly url: string }) {
  const { data, error } = useQuery({ key: ["notebook", url], ask: async (signal) => readNotebook(await readTextFile(url, signal)) });
  if (error) return <p role="alert" class={css.error}>{`This is no notebook. ${error.message}`}</p>;
  if (!data) return <p class={css.hint}>Reading…</p>;
  return (
    <div class={css.notebook} tabIndex={0} role="region" aria-label="Notebook">
      {data.cells.map((cell, index) => (
        <div key={index} class={css.cell}>
          <span aria-hidden="true">{cell.kind === "code" ? `[${cell.count || " "}]` : ""}</span>
          <CellBody cell={cell} language={data.language} />
        </div>
      ))}
    </div>
  );
}

function CellBody({ cell, language }: { readonly cell: Cell; readonly language: string }) {
  if (cell.kind === "markdown") return <Markdown text={cell.source} />;
  if (cell.kind === "raw") return <pre>{cell.source}</pre>;
  return (
    <div>
      <Source text={cell.source} language={language} />
      {cell.outputs.map((output, index) => (
        <OutputView key={index} output={output} />
      ))}
    </div>
  );
}

function Source({ text, language }: { readonly text: string; readonly language: string }) {
  const [html, setHtml] = useState<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void highlight(text, language).then((done) => isCurrent && setHtml(done));
    return () => {
      isCurrent = false;
    };
  }, [text, language]);
  return html === null ? <pre>{text}</pre> : <pre dangerouslySetInnerHTML={{ __html: html }} />;
}

function OutputView({ output }: { readonly output: Output }) {
  switch (output.kind) {
    case "image":
      return <img src={output.address} alt="Output of the cell" />;
    case "html":
      return <HtmlOutput html={output.html} />;
    case "text":
      return (
        <pre class={`${css.output} ${css.ansi}`}>
          {output.text.split("\n").map((line, index) => (
            <span key={index}>
              <AnsiText line={line} />
              {"\n"}
            </span>
          ))}
        </pre>
      );
  }
}

function HtmlOutput({ html }: { readonly html: string }) {
  const [safe, setSafe] = useState("");
  useEffect(() => {
    let isCurrent = true;
    void sanitizeHtml(html).then((done) => isCurrent && setSafe(done));
    return () => {
      isCurrent = false;
    };
  }, [html]);
  return <div class={css.markdown} dangerouslySetInnerHTML={{ __html: safe }} />;
}
