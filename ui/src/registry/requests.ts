/** Requests for promotions in words, and how they are sorted. */

import type { PromotionRequest, PromotionStatus } from "../api/schema";

/** Name what is asked for: `@champion` or `stage Production`. */
export const wantedOf = ({ alias = "", stage = "" }: Pick<PromotionRequest, "alias" | "stage">): string => (alias ? `@${alias}` : `stage ${stage}`);

export const isOpen = ({ status }: PromotionRequest): boolean => status === "OPEN";

const DECISIONS: Readonly<Record<PromotionStatus, string>> = { OPEN: "open", APPROVED: "approved", REJECTED: "rejected", WITHDRAWN: "withdrawn" };

/** Say how a request ended. */
export function describeDecision({ status, decided_by: user = "", decision_reason: reason = "" }: PromotionRequest): string {
  return `${DECISIONS[status]} by ${user || "somebody"}${reason ? `: ${reason}` : ""}`;
}

/** Whether somebody may take a request back: it is his own, as far as names tell. */
export const isOwn = ({ user_id: user = "" }: PromotionRequest, reader: string): boolean => user === reader;
