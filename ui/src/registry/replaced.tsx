import type { RegisteredModel } from "../api/schema";
import { hrefOf } from "../lib/location";
import { diffPage } from "./places";
import type { Target } from "./registry-api";
import css from "./registry.module.css";
import { isActiveStage } from "./versions";

interface ReplacedProps {
  readonly model: RegisteredModel;
  readonly target: Target;
  readonly version: string;
  /** Whether the others in the stage are archived. */
  readonly isArchiving?: boolean;
}

/** Name the version that has an alias or is in a stage now, what becomes of it, and offer to compare it. */
export function Replaced({ model, target: { alias, stage }, version, isArchiving = false }: ReplacedProps) {
  const held = alias ? model.aliases?.find((one) => one.alias === alias)?.version : holderOf(model, stage);
  if (!held || held === version) return null;
  return (
    <p class={css.consequence}>
      {alias ? `@${alias} points at version ${held} now, and leaves it.` : describeStage(stage, held, isArchiving)}{" "}
      <a class={css.compareLink} href={hrefOf(diffPage(model.name, held, version))}>
        Compare them
      </a>
    </p>
  );
}

function holderOf(model: RegisteredModel, stage: string): string | undefined {
  return isActiveStage(stage) ? model.latest_versions?.find(({ current_stage: one }) => one === stage)?.version : undefined;
}

function describeStage(stage: string, held: string, isArchiving: boolean): string {
  return `Version ${held} is in ${stage} now, ${isArchiving ? "and is archived." : "and stays there."}`;
}
