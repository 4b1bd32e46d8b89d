/** The addresses of the registry's pages. */

export const modelPage = (name: string, tab = ""): string => `/models/${encodeURIComponent(name)}${tab && `/${tab}`}`;

export const versionPage = (name: string, version: string): string => `${modelPage(name)}/versions/${encodeURIComponent(version)}`;

export const runPage = (runId: string): string => `/runs/${runId}`;

export const loggedModelPage = (modelId: string): string => `/models/m/${encodeURIComponent(modelId)}`;
