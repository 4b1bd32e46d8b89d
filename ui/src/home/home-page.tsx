import { useChrome } from "../shell/chrome";

/** The page of Home. */
export function HomePage() {
  useChrome("Home", [{ text: "Home" }]);
  return <h1 tabIndex={-1}>Home</h1>;
}
