import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { checkReach, isUnreachable } from "../api/reach";
import { Failure } from "./notice";

const RELOADED = "headwater.reloaded";
const RELOAD_EVERY_MS = 60_000;

/** Make a component of one that is loaded when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Loaded, setLoaded] = useState(() => known);
    const [error, setError] = useState<Error | null>(null);
    const start = () => {
      if (known) return;
      setError(null);
      load().then(
        (component) => {
          known = component;
          setLoaded(() => component);
        },
        () => void explain().then(setError),
      );
    };
    useEffect(start, []);
    const isGone = error !== null && isUnreachable.value;
    const wasGone = useRef(false);
    useEffect(() => {
      if (wasGone.current && !isGone) start();
      wasGone.current = isGone;
    }, [isGone]);
    if (error) return <Failure error={error} onRetry={start} />;
    return Loaded && <Loaded {...props} />;
  };
}

/** Say why code cannot be loaded; where it is that of a version before that of the server, load the page anew. */
async function explain(): Promise<Error> {
  if (!(await checkReach())) return new Error("This part of the page could not be loaded: the server cannot be reached.");
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) > RELOAD_EVERY_MS) {
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  }
  return new Error("This part of the page could not be loaded. The server may have another version by now: load the page again.");
}
