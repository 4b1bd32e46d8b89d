import { useChrome } from "../shell/chrome";

/** The page of Settings. */
export function SettingsPage() {
  useChrome("Settings", [{ text: "Settings" }]);
  return <h1 tabIndex={-1}>Settings</h1>;
}
