import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { readBytes } from "../artifacts/artifacts-api";
import { addBytes, isText, NOTHING_READ, type Slice } from "./bytes";

/** How much of a text is read at once. */
export const STEP_BYTES = 1_000_000;

export interface TextState {
  readonly slice: Slice;
  readonly isReading: boolean;
  readonly error: string;
  /** Whether the beginning of the file is no text. */
  readonly isBinary: boolean;
  readonly more: () => void;
}

/** Read a text piece by piece; `more` reads the next one. */
export function useText(url: string): TextState {
  const [slice, setSlice] = useState<Slice>(NOTHING_READ);
  const [isReading, setReading] = useState(true);
  const [isBinary, setBinary] = useState(false);
  const [error, setError] = useState("");
  const controller = useRef<AbortController | null>(null);

  const read = useCallback(
    async (known: Slice) => {
      controller.current?.abort();
      const mine = new AbortController();
      controller.current = mine;
      setReading(true);
      try {
        const { bytes, total } = await readBytes(url, known.read, STEP_BYTES, mine.signal);
        if (known.read === 0 && !isText(bytes.subarray(0, 4096))) setBinary(true);
        setSlice(addBytes(known, bytes, total));
        setError("");
      } catch (failure) {
        if (mine.signal.aborted) return;
        setError(failure instanceof Error ? failure.message : String(failure));
      }
      setReading(false);
    },
    [url],
  );
  useEffect(() => {
    setSlice(NOTHING_READ);
    setBinary(false);
    void read(NOTHING_READ);
    return () => controller.current?.abort();
  }, [url, read]);
  return { slice, isReading, error, isBinary, more: () => void read(slice) };
}
