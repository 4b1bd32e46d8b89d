import { useEffect, useState } from "preact/hooks";
import { formatDuration, type RunDetails } from "./model";

/** How long a run took, counting on while it is running. */
export function RunDuration({ run }: { readonly run: RunDetails }) {
  const [now, setNow] = useState(Date.now);
  const isRunning = run.endTime === null && (run.status === "RUNNING" || run.status === "SCHEDULED");
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  if (!isRunning && run.endTime === null) return <>unknown</>;
  return <>{formatDuration((run.endTime ?? now) - run.startTime)}</>;
}
