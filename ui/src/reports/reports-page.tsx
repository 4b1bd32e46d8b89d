import { useState } from "preact/hooks";
import type { ViewInfo } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatAgo, formatMoment } from "../lib/format";
import { hrefOf, navigate, query, setQuery } from "../lib/location";
import { useChrome } from "../shell/chrome";
import { FormDialog } from "../shell/form-dialog";
import { Icon } from "../shell/icons";
import { Failure, Notice } from "../shell/notice";
import { createReport, listReports } from "./reports-api";
import css from "./reports.module.css";

/** All reports, what was changed last first. */
export function ReportsPage() {
  useChrome("Reports", [{ text: "Reports" }]);
  const [isMaking, setMaking] = useState(false);
  const search = query.value.get("q") ?? "";
  const setSearch = (text: string) => setQuery(new URLSearchParams(text ? { q: text } : {}));
  const reports = useQuery<readonly ViewInfo[]>({ key: ["reports"], ask: listReports });
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = (reports.data ?? []).filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  return (
    <div class={css.page} aria-busy={!reports.data && !reports.error}>
      <header class={css.head}>
        <h1 tabIndex={-1}>Reports</h1>
        <span class={css.actions}>
          {(reports.data?.length ?? 0) > 0 && (
            <input class="field" type="search" placeholder="Search names" aria-label="Search names" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
          )}
          <button type="button" class="button primary" onClick={() => setMaking(true)}>
            <Icon name="plus" small /> New report
          </button>
        </span>
      </header>
      {reports.error && <Failure error={reports.error} onRetry={() => void reports.refetch()} isSlim={reports.data !== undefined} />}
      {reports.data?.length === 0 && (
        <Notice>A report puts text, tables of runs, charts and images on one page. What it shows of runs is always up to date.</Notice>
      )}
      {reports.data && reports.data.length > 0 && shown.length === 0 && <p class="muted">{`No report's name holds “${search}”.`}</p>}
      {shown.length > 0 && (
        <ul class={css.list}>
          {shown.map((report) => (
            <li key={report.view_id}>
              <a href={hrefOf(`/reports/${report.view_id}`)}>{report.name}</a>
              <span class="muted" title={formatMoment(report.last_update_time)}>
                {report.owner && `${report.owner} · `}
                {`version ${report.version} · ${formatAgo(report.last_update_time, Date.now())}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {isMaking && <NewDialog onClose={() => setMaking(false)} />}
    </div>
  );
}

function NewDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const save = async () => navigate(`/reports/${(await createReport(name.trim(), [])).view_id}`);
  return (
    <FormDialog title="New report" action="Create" isReady={name.trim() !== ""} onSave={save} onClose={onClose}>
      <label>
        Name
        <input class="field" autofocus maxLength={500} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
    </FormDialog>
  );
}
