import type { ComponentChildren } from "preact";
import { hrefOf } from "../lib/location";
import panels from "../panels/panels.module.css";

interface MissingProps {
  readonly title: string;
  readonly message: string;
  readonly children?: ComponentChildren;
}

/** Say that something is not in the registry, and what is known all the same. */
export function Missing({ title, message, children }: MissingProps) {
  return (
    <div class={panels.missing}>
      <h1 tabIndex={-1}>{title}</h1>
      <p>{message}</p>
      <p>
        <a class="link" href={hrefOf("/models")}>
          Back to the models
        </a>
      </p>
      {children}
    </div>
  );
}
