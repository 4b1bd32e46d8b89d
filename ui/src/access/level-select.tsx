import type { Level } from "../api/schema";
import css from "./access.module.css";
import { LEVEL_WORDS, LEVELS } from "./rights";

interface LevelSelectProps {
  readonly label: string;
  readonly level: Level;
  readonly onLevel: (level: Level) => void;
}

/** Choose what is allowed. */
export function LevelSelect({ label, level, onLevel }: LevelSelectProps) {
  const choose = (select: HTMLSelectElement) => {
    const chosen = LEVELS.find((one) => one === select.value);
    // What is shown is what is in force, until the server has said otherwise.
    select.value = level;
    if (chosen) onLevel(chosen);
  };
  return (
    <select class={`field ${css.small}`} aria-label={label} value={level} onChange={(event) => choose(event.currentTarget)}>
      {LEVELS.map((one) => (
        <option key={one} value={one}>
          {LEVEL_WORDS[one]}
        </option>
      ))}
    </select>
  );
}
