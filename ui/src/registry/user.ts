/** The name that the registry's log gets for what the reader changes; the server may know a better one. */

const SETTING = "headwater.user";

export const userName = (): string => localStorage.getItem(SETTING) ?? "";

/** Remember a name for the next change. */
export function rememberUser(name: string): void {
  if (name) localStorage.setItem(SETTING, name);
  else localStorage.removeItem(SETTING);
}
