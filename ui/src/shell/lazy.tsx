import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Failure } from "./notice";

/** Make a component of one that is loaded when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Loaded, setLoaded] = useState(() => known);
    const [error, setError] = useState<Error | null>(null);
    const start = () => {
      if (known) return;
      setError(null);
      load().then((component) => {
        known = component;
        setLoaded(() => component);
      }, setError);
    };
    useEffect(start, []);
    if (error) return <Failure error={error} onRetry={start} />;
    return Loaded && <Loaded {...props} />;
  };
}
