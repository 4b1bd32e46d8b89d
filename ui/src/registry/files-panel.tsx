import { useState } from "preact/hooks";
import type { ArtifactFile, ModelVersion } from "../api/schema";
import { formatCount } from "../lib/format";
import { CopyButton } from "../panels/copy-button";
import panels from "../panels/panels.module.css";
import { formatBytes } from "../preview/bytes";
import { fileAddress } from "./registry-api";
import css from "./registry.module.css";

const AT_ONCE = 100;

interface FilesPanelProps {
  readonly version: ModelVersion;
  readonly files: readonly ArtifactFile[];
  readonly isKnown: boolean;
  readonly error: Error | null;
}

/** The files that were pinned when the version was registered, each with its SHA-256. */
export function FilesPanel({ version, files, isKnown, error }: FilesPanelProps) {
  const [search, setSearch] = useState("");
  const [most, setMost] = useState(AT_ONCE);
  const needle = search.trim().toLowerCase();
  const found = files.filter(({ path }) => path.toLowerCase().includes(needle));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <section class={panels.panel} aria-labelledby="files-heading">
      <header>
        <h2 id="files-heading">Files</h2>
        <span class={panels.count}>{files.length > 0 ? `${formatCount(files.length)} · ${formatBytes(bytes)}` : ""}</span>
        {files.length > 10 && (
          <input
            class="field"
            type="search"
            placeholder="Find"
            aria-label="Find files"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        )}
      </header>
      {error && <p class={panels.error} role="alert">{`The files cannot be listed. ${error.message}`}</p>}
      {!error && !isKnown && <p class={panels.hint}>Reading…</p>}
      {isKnown && files.length === 0 && (
        <p class={panels.hint}>
          Not pinned: nobody could read the files when the version was registered, so their digests are not known here. They are at <code>{version.source}</code>; who has
          access gets them with <code>{`headwater models download models:/${version.name}/${version.version}`}</code>.
        </p>
      )}
      {files.length > 0 && (
        <div class={css.part} tabIndex={0} role="region" aria-label="Table of files">
          <table class={css.files}>
            <thead>
              <tr>
                <th scope="col">path</th>
                <th scope="col">size</th>
                <th scope="col">SHA-256</th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, most).map((file) => (
                <tr key={file.path}>
                  <th scope="row">
                    <a class="link" href={fileAddress(version.name, version.version, file.path)} download>
                      {file.path || "(one file)"}
                    </a>
                  </th>
                  <td title={`${formatCount(file.size)} bytes`}>{formatBytes(file.size)}</td>
                  <td>
                    <code title={file.digest}>{file.digest.slice(0, 16)}…</code>
                    <CopyButton text={file.digest} label={`digest of ${file.path}`} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {needle && found.length === 0 && <p class={panels.hint}>{`No file matches “${search}”.`}</p>}
      {found.length > most && (
        <p class={panels.hint}>
          {formatCount(most)} of {formatCount(found.length)} shown.{" "}
          <button type="button" class="button small quiet" onClick={() => setMost(most + 10 * AT_ONCE)}>
            Show more
          </button>
        </p>
      )}
    </section>
  );
}
