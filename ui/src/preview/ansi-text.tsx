import { splitAnsi } from "./ansi";

/** A line with the colours of a terminal. */
export function AnsiText({ line }: { readonly line: string }) {
  return (
    <>
      {splitAnsi(line).map((piece, index) =>
        piece.color || piece.isBold ? (
          <span key={index} data-ansi={piece.color} data-bold={piece.isBold}>
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}
