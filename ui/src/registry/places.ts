/** The addresses of the registry's pages. */

export const modelPage = (name: string, tab = ""): string => `/models/${encodeURIComponent(name)}${tab && `/${tab}`}`;

export const versionPage = (name: string, version: string): string => `${modelPage(name)}/versions/${encodeURIComponent(version)}`;

/** Return the page that compares two versions; the old one is what the new one would replace. */
export const diffPage = (name: string, old: string, version: string): string => `${modelPage(name)}/diff?a=${encodeURIComponent(old)}&b=${encodeURIComponent(version)}`;

export const runPage = (runId: string): string => `/runs/${runId}`;

export const loggedModelPage = (modelId: string): string => `/models/m/${encodeURIComponent(modelId)}`;
