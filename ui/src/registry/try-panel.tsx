import { useState } from "preact/hooks";
import type { ModelVersion } from "../api/schema";
import { useQuery } from "../api/use-query";
import panels from "../panels/panels.module.css";
import { Snippet } from "../shell/snippet";
import { exampleRequest, quoteShell } from "./load-code";
import { readFile } from "./registry-api";
import registry from "./registry.module.css";
import type { Field, Signature } from "./signature";
import { cleanAddress, compactJson, hasForm, keyOf, listTryCode, maySend, startValues, writeRequest, type Request, type Values } from "./try";
import css from "./try.module.css";

const SETTING = "headwater.scoring";
const STANDARD = "http://127.0.0.1:5001";
export const EXAMPLE_FILE = "serving_input_example.json";

interface TryPanelProps {
  readonly version: ModelVersion;
  readonly signature: Signature | null;
  /** Whether the version has a file with an example of a request. */
  readonly hasExample: boolean;
}

/** A request to a scoring server, filled in by hand. */
export function TryPanel({ version, signature, hasExample }: TryPanelProps) {
  const { name, version: number } = version;
  const example = useQuery({
    key: ["registry", name, "file", number, EXAMPLE_FILE],
    ask: (signal) => readFile(name, number, EXAMPLE_FILE, signal),
    enabled: hasExample,
  });
  if (hasExample && example.data === undefined && !example.error) return null;
  return <Try uri={`models:/${name}/${number}`} signature={signature} example={example.data ?? ""} />;
}

export interface TryProps {
  readonly uri: string;
  readonly signature: Signature | null;
  /** A request in JSON to begin with; empty without any. */
  readonly example: string;
}

/** The form itself, for a model by any URI. */
export function Try({ uri, signature, example }: TryProps) {
  const [values, setValues] = useState<Values>(() => (signature ? startValues(signature, example) : {}));
  const [json, setJson] = useState<string | null>(null);
  // What nobody has begun to fill in is not wrong yet.
  const [isTouched, setTouched] = useState(false);
  const [text, setText] = useState(() => localStorage.getItem(SETTING) ?? STANDARD);
  const address = cleanAddress(text, document.baseURI);
  const isForm = hasForm(signature) && json === null;
  const request = isForm ? writeRequest(signature, values) : readJson(json ?? (compactJson(example) || JSON.stringify(exampleRequest(signature))));
  const move = (next: string) => {
    setText(next);
    localStorage.setItem(SETTING, next);
  };
  return (
    <section class={panels.panel} aria-labelledby="try-heading">
      <header class={registry.loadHead}>
        <h2 id="try-heading">Try it</h2>
        {hasForm(signature) && (
          <div class="segments" role="group" aria-label="Write the request as">
            <button type="button" aria-pressed={isForm} onClick={() => setJson(null)}>
              Form
            </button>
            <button type="button" aria-pressed={!isForm} onClick={() => setJson(request.body)}>
              JSON
            </button>
          </div>
        )}
      </header>
      <div class={css.try}>
        {isForm ? (
          <Form signature={signature} values={values} onValue={(key, value) => [setTouched(true), setValues({ ...values, [key]: value })]} />
        ) : (
          <label class={css.json}>
            Request
            <textarea class="field" rows={6} spellcheck={false} value={json ?? request.body} onInput={(event) => [setTouched(true), setJson(event.currentTarget.value)]} />
          </label>
        )}
        {request.problems.length > 0 && (
          <p class={isTouched ? panels.error : panels.hint} role="status">
            {request.problems.join("; ")}.
          </p>
        )}
        <label class={css.address}>
          Scoring server
          <input class="field" type="text" inputMode="url" spellcheck={false} value={text} onInput={(event) => move(event.currentTarget.value)} />
        </label>
        {address ? <Sending key={address} uri={uri} address={address} request={request} /> : <p class={panels.error}>This is no address of the web. Write one such as {STANDARD}.</p>}
      </div>
    </section>
  );
}

function readJson(text: string): Request {
  try {
    JSON.parse(text);
    return { body: text, problems: [] };
  } catch (failure) {
    return { body: text, problems: [`The request is no JSON (${failure instanceof Error ? failure.message : String(failure)})`] };
  }
}

interface FormProps {
  readonly signature: Signature;
  readonly values: Values;
  readonly onValue: (key: string, value: string) => void;
}

function Form({ signature, values, onValue }: FormProps) {
  const parts = [["inputs", signature.inputs], ["params", signature.params]] as const;
  return (
    <div class={css.fields}>
      {parts.flatMap(([part, fields]) =>
        fields.map((field) => {
          const key = keyOf(part, field);
          return <FormField key={key} field={field} isParam={part === "params"} value={values[key] ?? ""} onValue={(value) => onValue(key, value)} />;
        }),
      )}
    </div>
  );
}

interface FormFieldProps {
  readonly field: Field;
  readonly isParam: boolean;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function FormField({ field: { name, type, isRequired }, isParam, value, onValue }: FormFieldProps) {
  const note = `${type}${isParam ? ", param" : isRequired ? "" : ", may be left out"}`;
  return (
    <label>
      <span>
        {name} <span class={panels.hint}>{note}</span>
      </span>
      {type === "boolean" ? (
        <select class="field" value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          <option value="">not given</option>
          <option>true</option>
          <option>false</option>
        </select>
      ) : (
        <input class="field" spellcheck={false} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
      )}
    </label>
  );
}

interface SendingProps {
  readonly uri: string;
  readonly address: string;
  readonly request: Request;
}

/** The button, where the browser lets this page reach the server; else code that does it, and why. */
function Sending({ uri, address, request }: SendingProps) {
  const [title, setTitle] = useState("curl");
  const ways = [...listTryCode(address, request.problems.length > 0 ? request.body : compactJson(request.body)), { title: "Serve", code: serveCode(uri, address) }];
  const way = ways.find((one) => one.title === title) ?? ways[0];
  const named = document.querySelector<HTMLMetaElement>('meta[name="headwater-scoring"]')?.content ?? "";
  const isAllowed = maySend(address, location.origin, named);
  return (
    <>
      {isAllowed ? (
        <Send address={address} request={request} />
      ) : (
        <p class={panels.hint}>
          For safety this page sends requests only where its server lets it, and {new URL(address).origin} is not named: start the server with{" "}
          <code>--scoring-servers {new URL(address).origin}</code>. Or run this, or open{" "}
          <a class={registry.compareLink} href={`${address}/`} target="_blank" rel="noopener noreferrer">
            the scoring server's own page
          </a>
          , which has such a form.
        </p>
      )}
      <div class="segments" role="group" aria-label="Send with">
        {ways.map((one) => (
          <button key={one.title} type="button" aria-pressed={one === way} onClick={() => setTitle(one.title)}>
            {one.title}
          </button>
        ))}
      </div>
      {way && <Snippet label={`request with ${way.title}`} code={way.code} />}
    </>
  );
}

const isElsewhere = (address: string): boolean => new URL(address).origin !== location.origin;

function serveCode(uri: string, address: string): string {
  const { port, protocol } = new URL(address);
  const number = port || (protocol === "https:" ? "443" : "80");
  return `export HEADWATER_TRACKING_URI=${quoteShell(new URL(".", document.baseURI).href.replace(/\/$/, ""))}
headwater models serve -m ${quoteShell(uri)} --port ${number}${isElsewhere(address) ? ` --allowed-origins ${quoteShell(location.origin)}` : ""}`;
}

/** Say why there is no answer: the browser does not tell whether a server is silent or does not let this page ask. */
function describeFailure(address: string, failure: unknown): string {
  const advice = isElsewhere(address) ? ` Does it run, and with --allowed-origins ${location.origin}?` : "";
  return `The scoring server cannot be reached: ${failure instanceof Error ? failure.message : String(failure)}.${advice}`;
}

function Send({ address, request }: { readonly address: string; readonly request: Request }) {
  const [answer, setAnswer] = useState<{ readonly isBad: boolean; readonly text: string } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    try {
      const response = await fetch(`${address}/invocations`, { method: "POST", headers: { "Content-Type": "application/json" }, body: request.body });
      setAnswer({ isBad: !response.ok, text: (response.ok ? "" : `The server answered ${response.status}: `) + (await response.text()) });
    } catch (failure) {
      setAnswer({ isBad: true, text: describeFailure(address, failure) });
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" class="button primary" disabled={isBusy || request.problems.length > 0} onClick={() => void send()}>
        Predict
      </button>
      {answer && (
        <pre class={css.answer} tabIndex={0} aria-label="Answer" role={answer.isBad ? "alert" : "status"}>
          {answer.text}
        </pre>
      )}
    </>
  );
}
