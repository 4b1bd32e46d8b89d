import { markPieces, splitAnsi } from "./ansi";

interface AnsiTextProps {
  readonly line: string;
  /** What is marked in it, over its changes of colour, too. */
  readonly needle?: string;
}

/** A line with the colours of a terminal. */
export function AnsiText({ line, needle = "" }: AnsiTextProps) {
  return (
    <>
      {markPieces(splitAnsi(line), needle).map(({ text, isMatch, ...look }, index) => {
        const shown = isMatch ? <mark key={index}>{text}</mark> : text;
        if (!look.color && !look.isBold && !look.isFaint && !look.isItalic && !look.isUnderlined) return shown;
        return (
          <span
            key={index}
            data-ansi={look.color || undefined}
            data-bold={look.isBold || undefined}
            data-faint={look.isFaint || undefined}
            data-italic={look.isItalic || undefined}
            data-underlined={look.isUnderlined || undefined}
          >
            {shown}
          </span>
        );
      })}
    </>
  );
}
