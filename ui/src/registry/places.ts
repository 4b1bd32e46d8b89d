/** The addresses of the registry's pages. */

export const modelPage = (name: string, tab = ""): string => `/models/${encodeURIComponent(name)}${tab && `/${tab}`}`;

export const versionPage = (name: string, version: string): string => `${modelPage(name)}/versions/${encodeURIComponent(version)}`;

/** Return the page that compares versions with an old one, which a new one would replace. */
export const diffPage = (name: string, old: string, ...versions: readonly string[]): string =>
  `${modelPage(name)}/diff?a=${encodeURIComponent(old)}&b=${versions.map(encodeURIComponent).join(",")}`;

export const runPage = (runId: string): string => `/runs/${runId}`;

export const loggedModelPage = (modelId: string): string => `/models/m/${encodeURIComponent(modelId)}`;
