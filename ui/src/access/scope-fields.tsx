import type { SearchExperimentsResponse } from "../api/schema";
import { callMlflow } from "../api/client";
import { useQuery } from "../api/use-query";
import { searchModels } from "../registry/registry-api";
import css from "./access.module.css";
import { REACHES, REACH_WORDS, type Reach, type ScopeChoice, TOKEN_LEVELS, type TokenLevel, wordsOfLevel } from "./scope";

const SHOWN = 200;

interface ScopeFieldsProps {
  /** Whose token it is, with the verb: `you may`. */
  readonly who: string;
  readonly choice: ScopeChoice;
  readonly onChoice: (choice: ScopeChoice) => void;
}

/** What a token may do, and with what. */
export function ScopeFields({ who, choice, onChoice }: ScopeFieldsProps) {
  const put = (part: Partial<ScopeChoice>) => onChoice({ ...choice, ...part });
  return (
    <>
      <fieldset class={css.levels}>
        <legend>It may</legend>
        {TOKEN_LEVELS.map((level: TokenLevel) => (
          <label key={level}>
            <input type="radio" name="level" checked={choice.level === level} onChange={() => put({ level })} />
            {wordsOfLevel(level, who)}
          </label>
        ))}
      </fieldset>
      <fieldset class={css.levels}>
        <legend>With</legend>
        {REACHES.map((reach: Reach) => (
          <label key={reach}>
            <input type="radio" name="reach" checked={choice.reach === reach} onChange={() => put({ reach })} />
            {REACH_WORDS[reach]}
          </label>
        ))}
      </fieldset>
      {choice.reach === "these" && <Things choice={choice} put={put} />}
    </>
  );
}

function Things({ choice, put }: { readonly choice: ScopeChoice; readonly put: (part: Partial<ScopeChoice>) => void }) {
  const experiments = useQuery({
    key: ["experiments", "scope"],
    ask: (signal) => callMlflow<SearchExperimentsResponse>("experiments/search", { max_results: SHOWN, order_by: ["last_update_time DESC"] }, signal),
  });
  const models = useQuery({ key: ["registry", "scope"], ask: (signal) => searchModels("", "", "", signal) });
  return (
    <>
      <Several
        label="Experiments"
        options={(experiments.data?.experiments ?? []).map(({ experiment_id: id, name }) => [id, name] as const)}
        chosen={choice.experiments}
        onChosen={(chosen) => put({ experiments: chosen })}
      />
      <Several
        label="Models"
        options={(models.data?.items ?? []).map(({ name }) => [name, name] as const)}
        chosen={choice.models}
        onChosen={(chosen) => put({ models: chosen })}
      />
    </>
  );
}

interface SeveralProps {
  readonly label: string;
  readonly options: readonly (readonly [string, string])[];
  readonly chosen: readonly string[];
  readonly onChosen: (chosen: readonly string[]) => void;
}

function Several({ label, options, chosen, onChosen }: SeveralProps) {
  return (
    <label>
      {label}: mark several with Ctrl
      <select
        class={`field ${css.several}`}
        multiple
        size={5}
        onChange={(event) => onChosen([...event.currentTarget.selectedOptions].map(({ value }) => value))}
      >
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={chosen.includes(value)}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
