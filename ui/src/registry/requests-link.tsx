import { useQuery } from "../api/use-query";
import { plural } from "../lib/format";
import panels from "../panels/panels.module.css";
import { listRequests } from "./registry-api";
import { isOpen } from "./requests";
import css from "./requests.module.css";

/** Say beside the title that something waits for a decision, and lead to it. */
export function RequestsLink({ name, version = "" }: { readonly name: string; readonly version?: string }) {
  const { data } = useQuery({ key: ["registry", name, "requests", version], ask: (signal) => listRequests(name, version, signal) });
  const count = data?.requests.filter(isOpen).length ?? 0;
  if (count === 0) return null;
  const show = () => {
    const heading = document.getElementById("requests-heading");
    heading?.scrollIntoView({ block: "start" });
    heading?.focus();
  };
  return (
    <button type="button" class={`${panels.status} ${css.link}`} onClick={show}>
      <span class="dot" data-tone="warn" /> {plural(count, "open request")}
    </button>
  );
}
