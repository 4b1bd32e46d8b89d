import { useEffect, useRef, useState } from "preact/hooks";
import css from "./preview.module.css";

/** Turn Markdown into HTML without scripts, forms or styles; links open elsewhere without knowing where from. */
async function renderMarkdown(text: string, picture: (path: string) => string): Promise<string> {
  const { Marked } = await import("marked");
  const marked = new Marked({
    gfm: true,
    walkTokens: (token) => {
      if (token.type === "image" && isRelative(token["href"])) token["href"] = picture(token["href"]);
    },
  });
  return sanitizeHtml(await marked.parse(text));
}

const isRelative = (address: unknown): address is string => typeof address === "string" && address !== "" && !/^([a-z][a-z\d+.-]*:|[/#])/i.test(address);

/** Take handlers out of tags before a browser parses them: it complains of each in the console, though none would run. */
const dropHandlers = (html: string): string => html.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/[\s/]on\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, " "));

/** Take everything out of HTML that does or loads more than text, tables and pictures. */
export async function sanitizeHtml(html: string): Promise<string> {
  const { default: DOMPurify } = await import("dompurify");
  return DOMPurify.sanitize(dropHandlers(html), {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "iframe", "video", "audio"],
    FORBID_ATTR: ["style", "id", "name", "srcset"],
  });
}

interface MarkdownProps {
  readonly text: string;
  /** Return where a picture is that the text names by a relative path. */
  readonly picture?: (path: string) => string;
}

const sameAddress = (path: string): string => path;

/** Text in Markdown. */
export function Markdown({ text, picture = sameAddress }: MarkdownProps) {
  const [html, setHtml] = useState<string | null>(null);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isCurrent = true;
    void renderMarkdown(text, picture).then((done) => isCurrent && setHtml(done));
    return () => {
      isCurrent = false;
    };
  }, [text]);
  useEffect(() => {
    for (const link of host.current?.querySelectorAll("a") ?? []) {
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
  }, [html]);
  if (html === null) return <pre class={css.plain}>{text}</pre>;
  return <div class={css.markdown} ref={host} dangerouslySetInnerHTML={{ __html: html }} />;
}
