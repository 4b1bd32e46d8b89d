/** Tags and who writes them. */

export const NOTE_TAG = "mlflow.note.content";

/** Whether a tag is written by the client or the server and not by a person. */
export const isSystemTag = (key: string): boolean => key.startsWith("mlflow.") || key.startsWith("headwater.");
