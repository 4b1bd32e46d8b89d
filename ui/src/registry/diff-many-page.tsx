import { ApiError } from "../api/client";
import type { ModelVersion, VersionComparison } from "../api/schema";
import { useQuery } from "../api/use-query";
import { put } from "../lib/codec";
import { plural } from "../lib/format";
import { hrefOf, query, setQuery } from "../lib/location";
import panels from "../panels/panels.module.css";
import { useChrome } from "../shell/chrome";
import { Failure } from "../shell/notice";
import { joinComparisons, type ManyPart } from "./diff-many";
import { VERDICTS } from "./diff-parts";
import css from "./diff.module.css";
import { Missing } from "./missing";
import { diffPage, modelPage, versionPage } from "./places";
import { compareVersions } from "./registry-api";
import registry from "./registry.module.css";
import { RowSkeleton } from "./row-skeleton";
import { isLong } from "./versions";

interface DiffManyProps {
  readonly name: string;
  readonly old: string;
  readonly versions: readonly string[];
}

/** Several versions of a model beside an old one: whether each can take its place, and what each has. */
export function DiffManyPage({ name, old, versions }: DiffManyProps) {
  const isAll = query.value.get("all") === "1";
  const title = `Versions ${[old, ...versions].join(", ")}`;
  useChrome(`${name} · ${title}`, [{ text: "Models", page: "/models" }, { text: name, page: modelPage(name) }, { text: title }]);
  const { data, error, refetch } = useQuery({
    key: ["registry", name, "diff-many", old, versions],
    ask: (signal) => Promise.all(versions.map((version) => compareVersions(name, old, version, true, signal))),
  });
  if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return <Missing title="Versions not found" message={error.message} />;
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <RowSkeleton label="Comparing the versions" />;
  const [first] = data;
  if (!first) return <Missing title="Versions not found" message="The address names no version to compare." />;
  const all = [first.old_version, ...data.map((one) => one.new_version)];
  const toggle = (isOn: boolean) => {
    const next = new URLSearchParams(query.peek());
    put(next, "all", isOn ? "" : "1");
    setQuery(next);
  };
  return (
    <div class={panels.page}>
      <header class={`${panels.header} ${registry.versionHeader}`}>
        <div class={panels.title}>
          <h1 tabIndex={-1} title={name} data-long={isLong(name) || undefined}>
            <a href={hrefOf(modelPage(name))}>{name}</a>
            <span class={registry.number}>{plural(all.length, "version")} compared</span>
          </h1>
          <label class={css.all}>
            <input type="checkbox" checked={!isAll} onChange={(event) => toggle(event.currentTarget.checked)} />
            Only differences
          </label>
        </div>
      </header>
      <div class={`${panels.content} ${css.parts}`}>
        <Signatures name={name} old={old} found={data} />
        {joinComparisons(data).map((part) => (
          <Part key={part.title} part={part} versions={all} isAll={isAll} />
        ))}
        <Unread found={data} />
      </div>
    </div>
  );
}

function Signatures({ name, old, found }: { readonly name: string; readonly old: string; readonly found: readonly VersionComparison[] }) {
  return (
    <section class={panels.panel} aria-labelledby="many-signature">
      <header>
        <h2 id="many-signature">Signature</h2>
        <span class={panels.count}>beside version {old}</span>
      </header>
      <ul class={css.verdicts}>
        {found.map(({ new_version: { version }, signature: { verdict, changes = [] } }) => (
          <li key={version}>
            <span class="dot" data-tone={VERDICTS[verdict].tone} /> version {version}: <strong>{VERDICTS[verdict].word}</strong>
            {changes.length > 0 && `, ${plural(changes.length, "change")}`}{" "}
            <a class={registry.compareLink} href={hrefOf(diffPage(name, old, version))}>
              look closer <span class="visually-hidden">at version {version}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PartProps {
  readonly part: ManyPart;
  readonly versions: readonly ModelVersion[];
  readonly isAll: boolean;
}

function Part({ part: { title, rows, changed }, versions, isAll }: PartProps) {
  const shown = isAll ? rows : rows.filter(({ isSame }) => !isSame);
  const same = rows.length - changed;
  return (
    <section class={panels.panel} aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span class={panels.count}>{[changed > 0 ? plural(changed, "difference") : "no difference", same > 0 ? `${same} the same` : ""].filter(Boolean).join(" · ")}</span>
      </header>
      {shown.length > 0 && (
        <div class={css.scroll} tabIndex={0} role="region" aria-label={`Table of ${title.toLowerCase()}`}>
          <table class={css.table}>
            <thead>
              <tr>
                <th scope="col">name</th>
                {versions.map(({ name, version }) => (
                  <th key={version} scope="col">
                    <a class="link" href={hrefOf(versionPage(name, version))}>
                      version {version}
                    </a>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(({ key, cells, isSame }) => (
                <tr key={key} data-same={isSame || undefined}>
                  <th scope="row">{key || "(one file)"}</th>
                  {cells.map((cell, index) => (
                    <td key={index} class={title === "Metrics" ? css.number : css.mono} title={cell?.[1] ?? "absent"}>
                      {cell ? cell[0] : <span aria-label="absent">–</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Say what could not be read, so that silence is not taken for sameness. */
function Unread({ found }: { readonly found: readonly VersionComparison[] }) {
  const uris = [...new Set(found.flatMap(({ unread = [] }) => unread))];
  if (uris.length === 0) return null;
  return (
    <p class={registry.consequence}>
      The server cannot read {uris.join(", ")}, so nothing is said of what they hold.
    </p>
  );
}
