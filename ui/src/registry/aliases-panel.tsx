import { useRefusal } from "../access/subject";
import type { RegisteredModel } from "../api/schema";
import { formatCount } from "../lib/format";
import { hrefOf } from "../lib/location";
import panels from "../panels/panels.module.css";
import { Icon } from "../shell/icons";
import { Menu, Popover } from "../shell/popover";
import type { Change } from "./change-dialogs";
import { versionPage } from "./places";
import css from "./registry.module.css";

interface AliasesPanelProps {
  readonly model: RegisteredModel;
  readonly onChange: (change: Change) => void;
}

/** The aliases of a model: where each points, and what can be done with it. */
export function AliasesPanel({ model, onChange }: AliasesPanelProps) {
  const aliases = model.aliases ?? [];
  const mayEdit = useRefusal("EDIT") === "";
  return (
    <section class={panels.panel} aria-labelledby="aliases-heading">
      <header>
        <h2 id="aliases-heading">Aliases</h2>
        <span class={panels.count}>{formatCount(aliases.length)}</span>
      </header>
      {aliases.length === 0 && (
        <p class={panels.hint}>
          No aliases. Programs that load <code>{`models:/${model.name}@champion`}</code> get the version that the alias points at.
        </p>
      )}
      <ul class={css.aliases}>
        {aliases.map(({ alias, version }) => (
          <li key={alias}>
            <span class={css.alias}>@{alias}</span>
            <span aria-hidden="true">→</span>
            <a class="link" href={hrefOf(versionPage(model.name, version))}>
              version {version}
            </a>
            {mayEdit && <AliasActions alias={alias} onChoose={(kind) => onChange({ kind, alias, version })} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function AliasActions({ alias, onChoose }: { readonly alias: string; readonly onChoose: (kind: keyof typeof ACTIONS) => void }) {
  return (
    <Popover label={`Actions for @${alias}`} buttonClass="button quiet square small" trigger={<Icon name="more" small />}>
      {(close) => (
        <Menu>
          {(["set-alias", "roll-back", "delete-alias"] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              onClick={() => {
                close();
                onChoose(kind);
              }}
            >
              {ACTIONS[kind]}
            </button>
          ))}
        </Menu>
      )}
    </Popover>
  );
}

const ACTIONS = { "set-alias": "Move…", "roll-back": "Roll back…", "delete-alias": "Remove…" } as const;
