/** The name that the registry's log gets for what the reader changes: who is signed in, or what they called themselves. */

import { signedInName } from "../access/session";

const SETTING = "headwater.user";

export const userName = (): string => signedInName() || (localStorage.getItem(SETTING) ?? "");

/** Remember a name for the next change. */
export function rememberUser(name: string): void {
  if (signedInName()) return;
  if (name) localStorage.setItem(SETTING, name);
  else localStorage.removeItem(SETTING);
}
