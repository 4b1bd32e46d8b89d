/** What a chart shows, as a table. Apart from what draws, which comes later. */

export interface Sheet {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Write a sheet as CSV. */
export function sheetToCsv({ head, rows }: Sheet): string {
  const quote = (text: string): string => {
    const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [head, ...rows].map((row) => `${row.map(quote).join(",")}\n`).join("");
}
