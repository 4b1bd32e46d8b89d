import { useState } from "preact/hooks";
import { refusalOfView } from "../access/rights";
import { me } from "../access/session";
import { useRefusal } from "../access/subject";
import type { ViewInfo } from "../api/schema";
import { deleteExperimentTag, setExperimentTag } from "../experiments/settings-api";
import { DEFAULT_VIEW_TAG } from "../experiments/tags";
import { query, setQuery } from "../lib/location";
import { copyAndSay } from "../shell/copy";
import { FormDialog } from "../shell/form-dialog";
import { Icon } from "../shell/icons";
import { Popover } from "../shell/popover";
import { say } from "../shell/toasts";
import { density, DENSITY_NAMES, setDensity } from "./density";
import css from "./menus.module.css";
import { createView, deleteView, loadView, readMyDefault, renameView, saveView, setMyDefault, shareLink, useIsChanged, useViews } from "./use-views";

interface ViewMenuProps {
  readonly identity: string;
  readonly viewId: string;
  /** The view that the experiment begins with, or empty. */
  readonly byDefault: string;
  /** The address as it is, with what is too long for it. */
  readonly parameters: () => URLSearchParams;
  readonly onOpen: (parameters: URLSearchParams) => void;
}

type Asking = { readonly kind: "create" } | { readonly kind: "rename"; readonly view: ViewInfo };

/** The saved views, and what can be done with what is seen now. */
export function ViewMenu(props: ViewMenuProps) {
  const { identity, viewId, parameters } = props;
  const views = useViews(identity, viewId !== "");
  const [asking, setAsking] = useState<Asking | null>(null);
  const current = views.find((view) => view.view_id === viewId);
  const isChanged = useIsChanged(current, parameters());
  const name = current ? `${current.name}${isChanged ? ", changed" : ""}` : "unsaved";
  const share = async () => {
    try {
      await copyAndSay(await shareLink(identity, parameters()), "Link");
    } catch (failure) {
      say(failure instanceof Error ? failure.message : String(failure));
    }
  };
  const create = async (text: string) => {
    const id = await createView(identity, text, parameters());
    const next = new URLSearchParams(query.peek());
    next.set("view", id);
    setQuery(next);
    say(`“${text}” saved`);
  };
  return (
    <>
      <Popover label={`View: ${name}`} trigger={<>View: {name} <Icon name="down" small /></>}>
        {(close) => (
          <Panel
            {...props}
            close={close}
            onAsk={(next) => {
              close();
              setAsking(next);
            }}
          />
        )}
      </Popover>
      <button type="button" class="button" onClick={() => void share()}>
        Share link
      </button>
      {asking && (
        <NameDialog
          title={asking.kind === "create" ? "Save the view" : `Rename “${asking.view.name}”`}
          name={asking.kind === "create" ? "" : asking.view.name}
          onSave={(text) => (asking.kind === "create" ? create(text) : renameView(asking.view, text))}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

interface PanelProps extends ViewMenuProps {
  readonly close: () => void;
  readonly onAsk: (asking: Asking) => void;
}

function Panel({ identity, viewId, byDefault, parameters, onOpen, close, onAsk }: PanelProps) {
  const views = useViews(identity);
  const current = views.find((view) => view.view_id === viewId);
  const isOne = !identity.includes(",");
  const mine = readMyDefault(identity);
  const mayEdit = useRefusal("EDIT") === "";
  const mayChange = (view: ViewInfo) => refusalOfView(me.value, view) === "";
  const open = async (view: ViewInfo) => {
    close();
    onOpen(await loadView(view.view_id));
  };
  const act = (work: Promise<unknown>) => {
    close();
    work.catch((failure: unknown) => say(failure instanceof Error ? failure.message : String(failure)));
  };
  return (
    <div class={css.panel}>
      <div class={css.scroll}>
        {views.length === 0 && <p>No saved views yet. A view keeps columns, filter, order, groups and charts.</p>}
        {views.map((view) => (
          <div key={view.view_id} class={css.row}>
            <button type="button" class={css.viewName} aria-current={view === current ? "true" : undefined} onClick={() => act(open(view))}>
              {view.name}
              {view.view_id === byDefault && <small>default</small>}
              {view.view_id === mine && <small>mine</small>}
            </button>
            {mayChange(view) && (
              <>
                <button type="button" class="button quiet small" aria-label={`Rename ${view.name}`} onClick={() => onAsk({ kind: "rename", view })}>
                  Rename
                </button>
                <button type="button" class="button quiet small square" aria-label={`Delete ${view.name}`} onClick={() => act(deleteView(identity, view))}>
                  <Icon name="close" small />
                </button>
              </>
            )}
          </div>
        ))}
      </div>
      <div class={css.buttons}>
        {current && mayChange(current) && (
          <button type="button" class="button small" onClick={() => act(saveView(current, parameters()))}>
            Save
          </button>
        )}
        {(mayEdit || !isOne) && (
          <button type="button" class="button small" onClick={() => onAsk({ kind: "create" })}>
            Save as…
          </button>
        )}
        {current && (
          <button
            type="button"
            class="button small"
            onClick={() => {
              setMyDefault(identity, mine === current.view_id ? "" : current.view_id);
              close();
            }}
          >
            {mine === current.view_id ? "No default for me" : "Default for me"}
          </button>
        )}
        {current && isOne && mayEdit && (
          <button
            type="button"
            class="button small"
            onClick={() =>
              act(
                byDefault === current.view_id
                  ? deleteExperimentTag(identity, DEFAULT_VIEW_TAG)
                  : setExperimentTag(identity, DEFAULT_VIEW_TAG, current.view_id),
              )
            }
          >
            {byDefault === current.view_id ? "No default for all" : "Default for all"}
          </button>
        )}
        <button
          type="button"
          class="button small quiet"
          onClick={() => {
            close();
            onOpen(new URLSearchParams());
          }}
        >
          Reset
        </button>
      </div>
      <Rows />
    </div>
  );
}

function Rows() {
  return (
    <div class={css.buttons}>
      <div class="segments" role="group" aria-label="Height of rows">
        {DENSITY_NAMES.map((name) => (
          <button key={name} type="button" aria-pressed={density.value === name} onClick={() => setDensity(name)}>
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}

interface NameDialogProps {
  readonly title: string;
  readonly name: string;
  readonly onSave: (name: string) => Promise<void>;
  readonly onClose: () => void;
}

function NameDialog({ title, name, onSave, onClose }: NameDialogProps) {
  const [text, setText] = useState(name);
  return (
    <FormDialog title={title} action="Save" isReady={text.trim() !== ""} onSave={() => onSave(text.trim())} onClose={onClose}>
      <label>
        Name
        <input class="field" autofocus required maxLength={500} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
    </FormDialog>
  );
}
