import { lazy } from "../shell/lazy";

/** Who may do what, loaded only where somebody is signed in. */
export const GrantsPanel = lazy(() => import("./grants-panel").then((module) => module.GrantsPanel));
