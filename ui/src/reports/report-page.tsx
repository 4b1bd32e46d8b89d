import { useEffect, useMemo, useState } from "preact/hooks";
import { refusalOfView } from "../access/rights";
import { me } from "../access/session";
import { Mark } from "../access/subject";
import type { View, ViewVersion } from "../api/schema";
import { useQuery } from "../api/use-query";
import { saveText } from "../charts/download";
import { useDraft } from "../lib/drafts";
import { formatMoment } from "../lib/format";
import { navigate, query, setQuery } from "../lib/location";
import { CopyButton } from "../panels/copy-button";
import { useChrome } from "../shell/chrome";
import { FormDialog } from "../shell/form-dialog";
import { Failure } from "../shell/notice";
import { Menu, Popover } from "../shell/popover";
import { say } from "../shell/toasts";
import { BlockView } from "./block-view";
import { writeMarkdown } from "./export";
import { makeBlock, readBlocks, type Block } from "./report";
import { readReportDraft, ReportEditor, writeReportDraft } from "./report-editor";
import { createReport, deleteReport, listVersions, readReport } from "./reports-api";
import css from "./reports.module.css";

const MAX_NAME = 500;

/** A report to read, and in place to write. */
export function ReportPage({ reportId }: { readonly reportId: string }) {
  const version = Math.max(0, Math.floor(Number(query.value.get("version") ?? 0)) || 0);
  const newest = useQuery<View>({ key: ["report", reportId, 0], ask: (signal) => readReport(reportId, 0, signal) });
  const asked = useQuery<View>({ key: ["report", reportId, version], ask: (signal) => readReport(reportId, version, signal) });
  const report = asked.data;
  const name = report?.name ?? "Report";
  useChrome(`${name} · Report`, [{ text: "Reports", page: "/reports" }, { text: name }]);
  return (
    <div class={css.page} aria-busy={!report && !asked.error}>
      {asked.error && <Failure error={asked.error} onRetry={() => void asked.refetch()} isSlim={report !== undefined} />}
      {!report && <h1 tabIndex={-1}>Report</h1>}
      {report && <Loaded report={report} newest={newest.data?.version ?? report.version} />}
    </div>
  );
}

function Loaded({ report, newest }: { readonly report: View; readonly newest: number }) {
  const blocks = readBlocks(report.state);
  const refusal = refusalOfView(me.value, report);
  const { draft, isOld, begin, put } = useDraft(`reports/${report.view_id}`, readReportDraft, writeReportDraft);
  const edit = (first: readonly Block[]) => begin({ name: report.name, blocks: first, after: newest });
  useEffect(() => {
    if (!draft && blocks.length === 0 && report.version === newest && !refusal) edit([makeBlock("markdown", "")]);
  }, [report.version, newest]);
  const [isDeleting, setDeleting] = useState(false);
  const copy = async () => {
    try {
      navigate(`/reports/${(await createReport(`${report.name} (copy)`.slice(-MAX_NAME), blocks)).view_id}`);
    } catch (failure) {
      say(failure instanceof Error ? failure.message : String(failure));
    }
  };
  if (draft && !refusal) return <ReportEditor report={report} draft={draft} isOld={isOld} onDraft={put} />;
  return (
    <>
      <header class={css.head}>
        <h1 tabIndex={-1}>{report.name}</h1>
        <Mark why={refusal} />
        <VersionSelect report={report} newest={newest} />
        <span class={css.actions}>
          <CopyButton text={location.href} label="address" />
          {!refusal && (
            <button type="button" class="button" onClick={() => edit(blocks)}>
              {report.version === newest ? "Edit" : "Edit from this version"}
            </button>
          )}
          <SaveMenu report={report} blocks={blocks} />
          <button type="button" class="button" onClick={() => void copy()}>
            Make a copy
          </button>
          {!refusal && (
            <button type="button" class="button quiet" onClick={() => setDeleting(true)}>
              Delete…
            </button>
          )}
        </span>
      </header>
      <p class="muted">
        {report.owner && `By ${report.owner} · `}
        {`Changed ${formatMoment(report.last_update_time)}`}
      </p>
      <article class={css.blocks}>
        {blocks.map((block, index) => (
          <div key={index}>
            <BlockView block={block} />
          </div>
        ))}
      </article>
      {isDeleting && <DeleteDialog report={report} onClose={() => setDeleting(false)} />}
    </>
  );
}

function SaveMenu({ report, blocks }: { readonly report: View; readonly blocks: readonly Block[] }) {
  const [isBusy, setBusy] = useState(false);
  const { signal } = useMemo(() => new AbortController(), []);
  const save = async (ending: string, write: () => Promise<string>) => {
    setBusy(true);
    try {
      saveText(report.name, ending, await write());
    } catch (failure) {
      say(failure instanceof Error ? failure.message : String(failure));
    }
    setBusy(false);
  };
  const writeAll = async () => (await import("./html")).writeHtml(report.name, location.href, blocks, signal);
  const files: readonly (readonly [string, string, () => Promise<string>])[] = [
    ["HTML: one file with charts and pictures", "html", writeAll],
    ["Markdown: charts as links", "md", () => writeMarkdown(report.name, blocks, signal)],
  ];
  return (
    <Popover label="Save as a file" trigger={isBusy ? "Writing…" : "Save as…"}>
      {(close) => (
        <Menu>
          {files.map(([label, ending, write]) => (
            <button
              key={ending}
              type="button"
              disabled={isBusy}
              onClick={() => {
                close();
                void save(ending, write);
              }}
            >
              {label}
            </button>
          ))}
        </Menu>
      )}
    </Popover>
  );
}

function VersionSelect({ report, newest }: { readonly report: View; readonly newest: number }) {
  const { data: versions = [] } = useQuery<readonly ViewVersion[]>({
    key: ["report", report.view_id, "versions", newest],
    ask: (signal) => listVersions(report.view_id, signal),
    enabled: newest > 1,
  });
  if (newest < 2) return null;
  const choose = (version: string) => setQuery(new URLSearchParams(version === String(newest) ? {} : { version }), { replace: false });
  const known = new Map(versions.map((version) => [version.version, version]));
  const describe = (version: number) => {
    const { user_id: user = "", time = 0 } = known.get(version) ?? {};
    const facts = [version === newest ? "the newest" : "", time ? formatMoment(time) : "", user ? `by ${user}` : ""];
    return [`Version ${version}`, ...facts.filter(Boolean)].join(", ");
  };
  return (
    <select class="field" aria-label="Version" value={String(report.version)} onChange={(event) => choose(event.currentTarget.value)}>
      {Array.from({ length: newest }, (_, index) => newest - index).map((version) => (
        <option key={version} value={String(version)}>
          {describe(version)}
        </option>
      ))}
    </select>
  );
}

function DeleteDialog({ report, onClose }: { readonly report: View; readonly onClose: () => void }) {
  const save = async () => {
    await deleteReport(report.view_id);
    say("Report deleted");
    navigate("/reports");
  };
  return (
    <FormDialog title="Delete the report" action="Delete" isReady onSave={save} onClose={onClose}>
      <p>{`“${report.name}” and all its versions will be gone. The runs it shows stay.`}</p>
    </FormDialog>
  );
}
