/** Ranges that are selected with Shift: they grow and shrink from where they began, beside what was selected before. */

export class RangeSelection {
  #anchor = 0;
  #before: readonly string[] = [];

  /** The next range begins at a row; `selected` stays whatever becomes of the range. */
  begin(row: number, selected: readonly string[]): void {
    this.#anchor = row;
    this.#before = selected;
  }

  /** Return what is selected when the range reaches to a row; `idsOf` names the runs of rows, the end excluded. */
  reach(row: number, idsOf: (first: number, end: number) => readonly string[]): string[] {
    const range = idsOf(Math.min(this.#anchor, row), Math.max(this.#anchor, row) + 1);
    return [...new Set([...this.#before, ...range])];
  }
}
