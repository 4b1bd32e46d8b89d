/** Reading what nobody promised the shape of. */

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

export const readFields = (value: unknown): Fields => (isFields(value) ? value : {});
export const readText = (value: unknown): string => (typeof value === "string" ? value : "");
export const readList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
