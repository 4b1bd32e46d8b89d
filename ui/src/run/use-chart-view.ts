import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { readView, writeView, type ChartView } from "../charts/view";
import { query, setQuery } from "../lib/location";

const WRITE_AFTER_MS = 150;

/** Keep the view of the charts in the address; what is dragged is written there when it rests. */
export function useChartView(): [ChartView, (view: ChartView) => void] {
  const search = query.value.toString();
  const [view, setView] = useState(() => readView(query.peek()));
  const written = useRef(search);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useEffect(() => {
    if (search === written.current) return;
    written.current = search;
    clearTimeout(timer.current);
    setView(readView(new URLSearchParams(search)));
  }, [search]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = useCallback((next: ChartView) => {
    setView(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const parameters = writeView(query.peek(), next);
      written.current = parameters.toString();
      setQuery(parameters);
    }, WRITE_AFTER_MS);
  }, []);
  return [view, change];
}
