import { useState } from "preact/hooks";
import { ReadOnlyMark, useRefusal } from "../access/subject";
import { ApiError } from "../api/client";
import type { ModelVersion, ProvenanceResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { hrefOf } from "../lib/location";
import { useReady } from "../lib/use-ready";
import { NotesPanel } from "../panels/notes-panel";
import panels from "../panels/panels.module.css";
import { TagsPanel } from "../panels/tags-panel";
import { useChrome } from "../shell/chrome";
import { Icon } from "../shell/icons";
import { Failure } from "../shell/notice";
import { Menu, Popover } from "../shell/popover";
import { AboutVersion } from "./about-version";
import { ChangeDialog, type Change } from "./change-dialogs";
import { EventLog } from "./event-log";
import { FilesPanel } from "./files-panel";
import { LineagePanel } from "./lineage-panel";
import { LoadPanel } from "./load-panel";
import { DeleteVersionDialog } from "./manage-dialogs";
import { Missing } from "./missing";
import { modelPage } from "./places";
import { PromotionPanel } from "./promotion-panel";
import {
  deleteVersionTag,
  describeVersion,
  getLineage,
  getModel,
  getProvenance,
  getVersion,
  readFile,
  setVersionTag,
} from "./registry-api";
import css from "./registry.module.css";
import { AskDialog } from "./request-dialogs";
import { RequestsLink } from "./requests-link";
import { RequestsPanel } from "./requests-panel";
import { RequirementsPanel } from "./requirements-panel";
import { RowSkeleton } from "./row-skeleton";
import { readModelFile } from "./signature";
import { SignaturePanel } from "./signature-panel";
import { SourcePanel } from "./source-panel";
import { EXAMPLE_FILE, TryPanel } from "./try-panel";
import { usePulse } from "./use-pulse";
import { userName } from "./user";
import { isLong, NO_STAGE, STATUS, tagMap, titleOf } from "./versions";

const MODEL_FILE = "MLmodel";
const REQUIREMENTS = "requirements.txt";

interface VersionPageProps {
  readonly name: string;
  readonly version: string;
}

/** The page of a version: what it takes and gives, where it came from, what it is made of, and how to load it. */
export function VersionPage({ name, version }: VersionPageProps) {
  useChrome(titleOf({ name, version }), [
    { text: "Models", page: "/models" },
    { text: name, page: modelPage(name) },
    { text: `Version ${version}` },
  ]);
  const { data, error, refetch } = useQuery({
    key: ["registry", name, "version", version],
    ask: (signal) => getVersion(name, version, signal),
  });
  const provenance = useQuery({
    key: ["registry", name, "provenance", version],
    ask: (signal) => getProvenance(name, version, signal),
    enabled: data !== undefined,
  });
  usePulse(name);
  if (error instanceof ApiError && (error.status === 404 || error.status === 400)) {
    return (
      <Missing title="Version not found" message={error.message}>
        <EventLog name={name} version={/^\d+$/.test(version) ? version : ""} />
      </Missing>
    );
  }
  if (!data) return error ? <Failure title="The version cannot be shown" error={error} onRetry={() => void refetch()} /> : <Loading />;
  return (
    <>
      {error && <Failure error={error} onRetry={() => void refetch()} isSlim />}
      <Loaded version={data} provenance={provenance.data} provenanceError={provenance.error} />
    </>
  );
}

function Loading() {
  return <RowSkeleton label="Loading the version" isPage />;
}

interface LoadedProps {
  readonly version: ModelVersion;
  readonly provenance: ProvenanceResponse | undefined;
  readonly provenanceError: Error | null;
}

function Loaded({ version, provenance, provenanceError }: LoadedProps) {
  const { name, version: number } = version;
  const files = provenance?.provenance.files ?? [];
  const has = (path: string) => provenance !== undefined && (files.length === 0 || files.some((file) => file.path === path));
  const modelFile = useQuery({
    key: ["registry", name, "file", number, MODEL_FILE],
    ask: async (signal) => readModelFile(await readFile(name, number, MODEL_FILE, signal)),
    enabled: has(MODEL_FILE),
  });
  const requirements = useQuery({
    key: ["registry", name, "file", number, REQUIREMENTS],
    ask: (signal) => readFile(name, number, REQUIREMENTS, signal),
    enabled: has(REQUIREMENTS) && (files.length > 0 || modelFile.data !== undefined),
  });
  const lineage = useQuery({ key: ["registry", name, "lineage", number], ask: (signal) => getLineage(name, number, signal) });
  const isAsked = provenance !== undefined || provenanceError !== null;
  const isReady = useReady(isAsked && ![modelFile, requirements, lineage].some((query) => query.isLoading));
  if (!isReady) return <Loading />;
  return (
    <div class={panels.page}>
      <VersionHeader version={version} />
      <div class={panels.content}>
        <div class={panels.overview}>
          <div class={panels.column}>
            <LoadPanel
              uris={[`models:/${name}/${number}`, ...(version.aliases ?? []).map((alias) => `models:/${name}@${alias}`)]}
              signature={modelFile.data?.signature ?? null}
            />
            <SignaturePanel state={modelFile} isAsked={has(MODEL_FILE)} isKnown={provenance !== undefined} />
            {modelFile.data && <TryPanel version={version} signature={modelFile.data.signature} hasExample={files.some((file) => file.path === EXAMPLE_FILE)} />}
            <LineagePanel lineage={lineage.data} error={lineage.error} onRetry={() => void lineage.refetch()} />
            <FilesPanel version={version} files={files} isKnown={provenance !== undefined} error={provenanceError} />
            <section class={panels.panel} aria-labelledby="version-history">
              <header>
                <h2 id="version-history">History</h2>
              </header>
              <EventLog name={name} version={number} />
            </section>
          </div>
          <div class={panels.column}>
            <AboutVersion version={version} flavors={modelFile.data?.flavors ?? []} digest={provenance?.digest ?? ""} origin={provenance?.provenance.origin ?? null} />
            <RequestsPanel name={name} version={number} />
            <PromotionPanel version={version} />
            <NotesPanel
              title="Description"
              text={version.description ?? ""}
              thing={`models/${name}/versions/${number}`}
              read={async () => (await getVersion(name, number)).description ?? ""}
              onSave={(text) => describeVersion(name, number, text, userName())}
            />
            <TagsPanel
              tags={tagMap(version.tags)}
              onSet={(key, value) => setVersionTag(name, number, key, value, userName())}
              onDelete={(key) => deleteVersionTag(name, number, key, userName())}
            />
            <SourcePanel run={provenance?.provenance.run ?? null} />
            {requirements.data !== undefined && <RequirementsPanel text={requirements.data} />}
          </div>
        </div>
      </div>
    </div>
  );
}

function VersionHeader({ version }: { readonly version: ModelVersion }) {
  const { name, version: number, current_stage: stage, status, aliases = [] } = version;
  const [change, setChange] = useState<Change | null>(null);
  const [isDeleting, setDeleting] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const mayEdit = useRefusal("EDIT") === "";
  const mayManage = useRefusal("MANAGE") === "";
  const { data: model } = useQuery({ key: ["registry", name, "model"], ask: (signal) => getModel(name, signal) });
  return (
    <header class={`${panels.header} ${css.versionHeader}`}>
      <div class={panels.title}>
        <h1 tabIndex={-1} title={titleOf(version)} data-long={isLong(name) || undefined}>
          <a href={hrefOf(modelPage(name))}>{name}</a>
          <span class={css.number}>version {number}</span>
        </h1>
        <span class={panels.status}>
          <span class="dot" data-tone={STATUS[status].tone} /> {STATUS[status].word}
        </span>
        {stage !== NO_STAGE && <span class={panels.status}>{stage}</span>}
        {aliases.map((alias) => (
          <span key={alias} class={css.alias}>
            @{alias}
          </span>
        ))}
        <RequestsLink name={name} version={number} />
        <ReadOnlyMark />
        <span class={panels.actions}>
          {mayEdit && (
            <button type="button" class="button primary" disabled={!model} onClick={() => setChange({ kind: "promote", alias: "", version: number })}>
              Promote…
            </button>
          )}
          <Popover label="More actions" buttonClass="button square" trigger={<Icon name="more" small />}>
            {(close) => (
              <Menu>
                <button type="button" onClick={() => [close(), setAsking(true)]}>
                  Request promotion…
                </button>
                {mayEdit && (
                  <button type="button" onClick={() => [close(), setChange({ kind: "stage", stage, version: number })]}>
                    Change stage…
                  </button>
                )}
                {mayManage && (
                  <button type="button" onClick={() => [close(), setDeleting(true)]}>
                    Delete version…
                  </button>
                )}
              </Menu>
            )}
          </Popover>
        </span>
      </div>
      {version.status_message && <p class="muted">{version.status_message}</p>}
      {isAsking && model && <AskDialog model={model} version={number} onClose={() => setAsking(false)} />}
      {isDeleting && <DeleteVersionDialog version={version} onClose={() => setDeleting(false)} />}
      {change && model && <ChangeDialog model={model} change={change} onClose={() => setChange(null)} />}
    </header>
  );
}
