import type { Token } from "marked";
import { useEffect, useRef, useState } from "preact/hooks";
import css from "./preview.module.css";

const TAG = /<[a-z][^<>]*>/gi;
const HANDLER = /([\s/"'])on(?=[a-z]+\s*=)/gi;
/*
 * Handlers of events are renamed before anything parses them: the policy of the page forbids them, and browsers
 * complain of each although it is taken out right after. What is safe is decided by DOMPurify alone.
 */

/** Turn Markdown into HTML without scripts, forms or styles; links open elsewhere without knowing where from. */
export async function renderMarkdown(text: string, picture = (path: string) => path): Promise<string> {
  const { Marked } = await import("marked");
  const marked = new Marked({
    gfm: true,
    walkTokens: (token) => {
      lowerHeading(token);
      if (token.type === "image" && isRelative(token["href"])) token["href"] = picture(token["href"]);
    },
  });
  return sanitizeHtml(await marked.parse(text));
}

/** Put a heading below that of the page, which has only one of the first level. */
function lowerHeading(token: Token): void {
  if (token.type === "heading") token.depth = Math.min(token.depth + 1, 6);
}

const isRelative = (address: unknown): address is string => typeof address === "string" && address !== "" && !/^([a-z][a-z\d+.-]*:|[/#])/i.test(address);

/** Take everything out of HTML that does or loads more than text, tables and pictures. */
export async function sanitizeHtml(html: string): Promise<string> {
  const { default: DOMPurify } = await import("dompurify");
  return DOMPurify.sanitize(html.replaceAll(TAG, (tag) => tag.replaceAll(HANDLER, "$1data-on")), {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "iframe", "video", "audio"],
    FORBID_ATTR: ["style", "id", "name", "srcset"],
    ALLOW_DATA_ATTR: false,
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
  if (html === null) return <div class={`${css.markdown} ${css.unread}`}>{text}</div>;
  return <div class={css.markdown} ref={host} dangerouslySetInnerHTML={{ __html: html }} />;
}
