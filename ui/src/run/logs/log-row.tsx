import type { LogLine } from "../../api/schema";
import { formatCount } from "../../lib/format";
import { AnsiText } from "../../preview/ansi-text";
import preview from "../../preview/preview.module.css";
import css from "./logs.module.css";

export const ROW_HEIGHT = 18;
/** Characters of a line that are drawn. */
const LONGEST = 5_000;

interface LogRowProps {
  readonly line: LogLine | undefined;
  /** The number shown, from 1 on; 0 where it is not known. */
  readonly number: number;
  readonly digits: number;
  readonly isChosen: boolean;
  readonly isTimed: boolean;
  readonly needle: string;
  readonly href: string;
  readonly onChoose: (event: MouseEvent) => void;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

const clockOf = (time: string): string => (time ? CLOCK.format(new Date(time)) : "");

/** One line of a log: its number as a link to it, when and where it was printed, its text. */
export function LogRow({ line, number, digits, isChosen, isTimed, needle, href, onChoose }: LogRowProps) {
  return (
    <div class={css.row} data-chosen={isChosen || undefined} data-stream={line?.stream || undefined} data-line={number || undefined}>
      <a class={css.number} style={{ width: `${digits + 2}ch` }} href={href} tabIndex={-1} aria-label={number ? `Line ${number}` : "Show in the log"} onClick={onChoose}>
        {number || "↪"}
      </a>
      {isTimed && (
        <time class={css.time} dateTime={line?.time} title={line?.time}>
          {clockOf(line?.time ?? "")}
        </time>
      )}
      {line?.stream === "err" && <span class="visually-hidden">error stream: </span>}
      <code class={preview.ansi}>{line ? <AnsiText line={line.text.slice(0, LONGEST)} needle={needle} /> : " "}</code>
      {line && line.text.length > LONGEST && <i class={css.cut}>{`${formatCount(line.text.length - LONGEST)} more characters`}</i>}
    </div>
  );
}
