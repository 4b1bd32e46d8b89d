/** What `z` takes back and `Shift+z` brings again: changes of the view, and of runs. */

export interface Step {
  readonly undo: () => void;
  readonly redo: () => void;
}

const MAX_STEPS = 100;

export class UndoStack {
  #done: Step[] = [];
  #undone: Step[] = [];

  /** Note a step that was made; what was undone before it is forgotten. */
  push(step: Step): void {
    this.#done = [...this.#done.slice(1 - MAX_STEPS), step];
    this.#undone = [];
  }

  /** Take the last step back; return whether there was one. */
  undo(): boolean {
    const step = this.#done.pop();
    if (!step) return false;
    this.#undone.push(step);
    step.undo();
    return true;
  }

  /** Make the step again that was taken back last; return whether there was one. */
  redo(): boolean {
    const step = this.#undone.pop();
    if (!step) return false;
    this.#done.push(step);
    step.redo();
    return true;
  }
}
