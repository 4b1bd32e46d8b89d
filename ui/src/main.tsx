import "./styles/tokens.css";
import "./styles/base.css";
import { render } from "preact";
import { startSession } from "./access/session";
import { startRecovery } from "./api/use-query";
import { App } from "./app";
import { navigate, startNavigation } from "./lib/location";
import { translateHash } from "./lib/old-links";

const old = translateHash(location.hash);
if (old) navigate(old, { replace: true });
startNavigation();
startSession();
startRecovery();
const root = document.getElementById("app");
if (root) render(<App />, root);
