import { useState } from "preact/hooks";
import { GrantsPanel } from "../access/lazy-grants";
import { me } from "../access/session";
import { ReadOnlyMark, useRefusal } from "../access/subject";
import { ApiError } from "../api/client";
import type { RegisteredModel } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatAgo, formatMoment } from "../lib/format";
import { hrefOf } from "../lib/location";
import { NotesPanel } from "../panels/notes-panel";
import panels from "../panels/panels.module.css";
import { TagsPanel } from "../panels/tags-panel";
import { useChrome } from "../shell/chrome";
import { Icon } from "../shell/icons";
import { Failure } from "../shell/notice";
import { Menu, Popover } from "../shell/popover";
import { AliasesPanel } from "./aliases-panel";
import { ChangeDialog, type Change } from "./change-dialogs";
import { EventLog } from "./event-log";
import { HistoryTab } from "./history-tab";
import { LoadPanel } from "./load-panel";
import { DeleteModelDialog, RenameDialog } from "./manage-dialogs";
import { Missing } from "./missing";
import { modelPage } from "./places";
import { PolicyPanel } from "./policy-panel";
import { deleteModelTag, describeModel, getModel, setModelTag } from "./registry-api";
import css from "./registry.module.css";
import { AskDialog } from "./request-dialogs";
import { RequestsLink } from "./requests-link";
import { RequestsPanel } from "./requests-panel";
import { RowSkeleton } from "./row-skeleton";
import { usePulse } from "./use-pulse";
import { userName } from "./user";
import { isLong, latestVersion, tagMap } from "./versions";
import { VersionsTable } from "./versions-table";

interface ModelPageProps {
  readonly name: string;
  readonly tab: string;
}

/** The page of a registered model: its versions, or its history, and beside them what it is. */
export function ModelPage({ name, tab }: ModelPageProps) {
  useChrome(name, [{ text: "Models", page: "/models" }, { text: name }]);
  const { data: model, error, refetch } = useQuery({ key: ["registry", name, "model"], ask: (signal) => getModel(name, signal) });
  usePulse(name);
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Missing title="Model not found" message={error.message}>
        <EventLog name={name} />
      </Missing>
    );
  }
  if (!model) return error ? <Failure title="The model cannot be shown" error={error} onRetry={() => void refetch()} /> : <RowSkeleton label="Loading the model" isPage />;
  return (
    <>
      {error && <Failure error={error} onRetry={() => void refetch()} isSlim />}
      <Loaded model={model} tab={tab} />
    </>
  );
}

function Loaded({ model, tab }: { readonly model: RegisteredModel; readonly tab: string }) {
  const [change, setChange] = useState<Change | null>(null);
  const [managing, setManaging] = useState<"" | "ask" | "rename" | "delete">("");
  const { name } = model;
  const mayEdit = useRefusal("EDIT") === "";
  const mayManage = useRefusal("MANAGE") === "";
  const latest = latestVersion(model);
  return (
    <div class={css.model}>
      <header class={panels.header}>
        <div class={panels.title}>
          <h1 tabIndex={-1} title={name} data-long={isLong(name) || undefined}>
            {name}
          </h1>
          <span class="muted" title={formatMoment(model.last_updated_timestamp)}>
            changed {formatAgo(model.last_updated_timestamp, Date.now())}
          </span>
          <RequestsLink name={name} />
          <ReadOnlyMark />
          <span class={panels.actions}>
            {mayEdit && (
              <button type="button" class="button" disabled={!latest} onClick={() => setChange({ kind: "set-alias", alias: "", version: latest })}>
                Set alias…
              </button>
            )}
            <Popover label="More actions" buttonClass="button square" trigger={<Icon name="more" small />}>
              {(close) => (
                <Menu>
                  {mayEdit && latest && (
                    <button type="button" onClick={() => [close(), setChange({ kind: "stage", stage: "Staging", version: latest })]}>
                      Change stage…
                    </button>
                  )}
                  {latest && (
                    <button type="button" onClick={() => [close(), setManaging("ask")]}>
                      Request promotion…
                    </button>
                  )}
                  {mayEdit && (
                    <button type="button" onClick={() => [close(), setManaging("rename")]}>
                      Rename…
                    </button>
                  )}
                  {mayManage && (
                    <button type="button" onClick={() => [close(), setManaging("delete")]}>
                      Delete…
                    </button>
                  )}
                </Menu>
              )}
            </Popover>
          </span>
        </div>
      </header>
      <nav class={panels.tabs} aria-label="Model">
        <a href={hrefOf(modelPage(name))} aria-current={tab === "" ? "page" : undefined}>
          Versions
        </a>
        <a href={hrefOf(modelPage(name, "policy"))} aria-current={tab === "policy" ? "page" : undefined}>
          Policy
        </a>
        <a href={hrefOf(modelPage(name, "history"))} aria-current={tab === "history" ? "page" : undefined}>
          History
        </a>
        {me.value?.authentication && (
          <a href={hrefOf(modelPage(name, "access"))} aria-current={tab === "access" ? "page" : undefined}>
            Access
          </a>
        )}
      </nav>
      <div class={css.columns}>
        <div class={css.main}>
          {tab === "history" && <HistoryTab name={name} />}
          {tab === "policy" && <PolicyPanel model={model} />}
          {tab === "access" && (
            <div class={css.access}>
              <GrantsPanel thing={{ kind: "registered_model", resource: name }} />
            </div>
          )}
          {tab === "" && <VersionsTable model={model} />}
        </div>
        <div class={css.side}>
          <RequestsPanel name={name} />
          <AliasesPanel model={model} onChange={setChange} />
          {latest && <LoadPanel uris={[...(model.aliases ?? []).map(({ alias }) => `models:/${name}@${alias}`), `models:/${name}/${latest}`]} signature={null} />}
          <NotesPanel
            title="Description"
            text={model.description ?? ""}
            thing={`models/${name}`}
            read={async () => (await getModel(name)).description ?? ""}
            onSave={(text) => describeModel(name, text, userName())}
          />
          <TagsPanel
            tags={tagMap(model.tags)}
            onSet={(key, value) => setModelTag(name, key, value, userName())}
            onDelete={(key) => deleteModelTag(name, key, userName())}
          />
        </div>
      </div>
      {managing === "ask" && <AskDialog model={model} version={latest} onClose={() => setManaging("")} />}
      {managing === "rename" && <RenameDialog model={model} onClose={() => setManaging("")} />}
      {managing === "delete" && <DeleteModelDialog model={model} onClose={() => setManaging("")} />}
      {change && <ChangeDialog model={model} change={change} onClose={() => setChange(null)} />}
    </div>
  );
}
