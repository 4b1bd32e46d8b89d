import { path, query } from "../lib/location";
import css from "./access.module.css";
import { me } from "./session";

/** Return where somebody signs in through a provider, who comes back to the page that is shown. */
function startOf(name: string): string {
  const search = query.value.toString();
  const page = /^\/(login|setup)\b/.test(path.value) ? "/" : path.value + (search && `?${search}`);
  return `api/headwater/1/session/${encodeURIComponent(name)}/start?${new URLSearchParams({ next: page })}`;
}

/** The ways in by who vouches for users; nothing if nobody does. `isAside`: in another tab, as this page is to stay. */
export function Providers({ isAside = false }: { readonly isAside?: boolean }) {
  const providers = me.value?.providers ?? [];
  if (providers.length === 0) return null;
  return (
    <>
      {providers.map(({ name, label }) => (
        <a key={name} class={`button ${css.provider}`} href={startOf(name)} {...(isAside ? { target: "_blank" } : {})}>
          {label}
          {isAside && " (in another tab)"}
        </a>
      ))}
      <p class={css.or}>or with a password</p>
    </>
  );
}
