import { ApiError } from "../api/client";
import panels from "../panels/panels.module.css";
import css from "./registry.module.css";
import type { Field, ModelFile } from "./signature";

const NOT_IMPLEMENTED = 501;

interface SignaturePanelProps {
  readonly state: { readonly data: ModelFile | undefined; readonly error: Error | null };
  /** Whether the version has a file that may tell. */
  readonly isAsked: boolean;
  /** Whether it is known which files the version has. */
  readonly isKnown: boolean;
}

/** What the model takes and gives, as tables. */
export function SignaturePanel({ state: { data, error }, isAsked, isKnown }: SignaturePanelProps) {
  const signature = data?.signature;
  const isElsewhere = error instanceof ApiError && error.status === NOT_IMPLEMENTED;
  return (
    <section class={panels.panel} aria-labelledby="signature-heading">
      <header>
        <h2 id="signature-heading">Signature</h2>
      </header>
      {isElsewhere && (
        <p class={panels.hint}>
          The files are where this server does not read, so it cannot say what the model takes and gives. {error?.message} Programs with access load it all the same.
        </p>
      )}
      {error && !isElsewhere && <p class={panels.error} role="alert">{`The MLmodel file cannot be read. ${error.message}`}</p>}
      {!error && !data && <p class={panels.hint}>{isKnown && !isAsked ? "The version has no MLmodel file." : "Reading…"}</p>}
      {data && !signature && (
        <p class={panels.hint}>
          The model was logged without a signature. <code>infer_signature</code> or an <code>input_example</code> gives it one.
        </p>
      )}
      {signature && (
        <div class={css.parts}>
          <Part title="Inputs" fields={signature.inputs} />
          <Part title="Outputs" fields={signature.outputs} />
          <Part title="Params" fields={signature.params} />
        </div>
      )}
    </section>
  );
}

function Part({ title, fields }: { readonly title: string; readonly fields: readonly Field[] }) {
  if (fields.length === 0) return null;
  const hasDefaults = fields.some(({ standard }) => standard !== "");
  const hasOptional = fields.some(({ isRequired }) => !isRequired);
  return (
    <div class={css.part} tabIndex={0} role="region" aria-label={title}>
      <table>
        <caption>
          {title} <span class={panels.count}>{fields.length}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col">type</th>
            {hasOptional && <th scope="col">must be there</th>}
            {hasDefaults && <th scope="col">default</th>}
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, type, isRequired, standard }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{type}</td>
              {hasOptional && <td>{isRequired ? "yes" : "no"}</td>}
              {hasDefaults && <td>{standard}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
