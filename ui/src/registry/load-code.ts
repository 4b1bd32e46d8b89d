/** Code that loads a version. */

import type { Field, Signature } from "./signature";

export interface LoadCode {
  readonly title: string;
  readonly code: string;
}

const SAMPLES: Readonly<Record<string, unknown>> = { string: "text", boolean: true, datetime: "2026-01-31T12:00:00", binary: "aGk=" };
const PORT = 5001;

/** Return how programs load `uri`, such as `models:/churn/3` or `models:/churn@champion`. */
export function listLoadCode(server: string, uri: string, signature: Signature | null): LoadCode[] {
  const python = (name: string, alias: string) => `import ${name}

${alias}.set_tracking_uri(${JSON.stringify(server)})
model = ${alias}.pyfunc.load_model(${JSON.stringify(uri)})
model.predict(data)`;
  return [
    { title: "Headwater", code: python("headwater as hw", "hw") },
    { title: "MLflow", code: python("mlflow", "mlflow") },
    {
      title: "REST",
      code: `export HEADWATER_TRACKING_URI=${quoteShell(server)}
headwater models serve -m ${quoteShell(uri)} --port ${PORT}

curl http://127.0.0.1:${PORT}/invocations -H 'Content-Type: application/json' \\
  -d ${quoteShell(JSON.stringify(exampleRequest(signature)))}`,
    },
    {
      title: "Files",
      code: `headwater models download ${quoteShell(uri)} --output model --tracking-uri ${quoteShell(server)}`,
    },
  ];
}

/** Return a request that fits a signature; of tensors only its shape is told. */
export function exampleRequest(signature: Signature | null): object {
  const inputs = signature?.inputs ?? [];
  const isTensor = inputs.some(({ type }) => type.includes(" tensor"));
  if (inputs.length === 0 || isTensor) return { inputs: isTensor && inputs.length > 1 ? Object.fromEntries(inputs.map(({ name }) => [name, []])) : [] };
  const params = (signature?.params ?? []).filter(({ standard }) => standard !== "");
  return {
    dataframe_split: { columns: inputs.map(({ name }) => name), data: [inputs.map(sampleOf)] },
    ...(params.length > 0 ? { params: Object.fromEntries(params.map(({ name, standard }) => [name, JSON.parse(standard)])) } : {}),
  };
}

function sampleOf({ type }: Field): unknown {
  if (type.startsWith("array")) return [];
  if (type.startsWith("object") || type.startsWith("map")) return {};
  return SAMPLES[type] ?? (/^(float|double)$/.test(type) ? 0.5 : 1);
}

/** Write a text as one word of a shell. */
export function quoteShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
