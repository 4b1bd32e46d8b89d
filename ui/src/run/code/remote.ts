/** Where a repository can be looked at in a browser. */

export interface Remote {
  /** `github.com/team/project`, without credentials. */
  readonly label: string;
  /** Where the project is; empty if the host is not known to have pages. */
  readonly home: string;
  readonly commit: (hash: string) => string;
  readonly branch: (name: string) => string;
}

type Style = "github" | "gitlab" | "bitbucket";

const COMMIT: Readonly<Record<Style, string>> = { github: "commit", gitlab: "-/commit", bitbucket: "commits" };
const BRANCH: Readonly<Record<Style, string>> = { github: "tree", gitlab: "-/tree", bitbucket: "src" };

/** Read the address of a git remote: `git@host:a/b.git`, `https://user:secret@host/a/b`, `ssh://git@host/a/b.git`. */
export function readRemote(address: string): Remote | null {
  const short = /^(?:[\w.-]+@)?([\w.-]+):(?!\/)([^\s]+)$/.exec(address);
  const long = /^(?:https?|ssh|git):\/\/(?:[^@/\s]+@)?([\w.-]+)(?::\d+)?\/([^\s?#]+)/.exec(address);
  const [, host = "", path = ""] = long ?? (/^[a-z+]+:\/\//i.test(address) ? null : short) ?? [];
  const project = path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  if (!host.includes(".") || !project.includes("/")) return null;
  const style = styleOf(host.toLowerCase());
  const home = style ? `https://${host}/${project.split("/").map(encodeURIComponent).join("/")}` : "";
  return {
    label: `${host}/${project}`,
    home,
    commit: (hash) => (style && hash ? `${home}/${COMMIT[style]}/${encodeURIComponent(hash)}` : ""),
    branch: (name) => (style && name ? `${home}/${BRANCH[style]}/${name.split("/").map(encodeURIComponent).join("/")}` : ""),
  };
}

function styleOf(host: string): Style | null {
  if (/(^|\.)github\./.test(host)) return "github";
  if (/(^|[.-])gitlab\./.test(host)) return "gitlab";
  return /(^|\.)bitbucket\.org$/.test(host) ? "bitbucket" : null;
}
