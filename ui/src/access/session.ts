/** The session: who is signed in, kept up to date, and what happens when it ends while a page is open. */

import { effect, signal } from "@preact/signals";
import { callNative, lastRefusal, readNative } from "../api/client";
import type { Me } from "../api/schema";
import { queries } from "../api/use-query";
import { forgetDrafts } from "../lib/drafts";

/** Remembers in this browser whether somebody was signed in last, so that a signed-out reader does not see pages start. */
const HINT = "headwater.session";

/** Whether the server knows users: it says so in the page, so that where it does not nobody needs to ask. */
const knowsUsers = document.querySelector("meta[name=headwater-users]") !== null;

/** Who the reader is; null until the server has said it. Stays the same person when the session ends. */
export const me = signal<Me | null>(knowsUsers ? null : { authentication: false });

/** Whether the session of `me` is over: the page stays as it is until somebody signs in. */
export const isEnded = signal(false);

/** Whether the reader is asked to sign in again: put off by closing the dialog. */
export const isAsking = signal(false);

/** Whether pages may be shown already. */
export const mayShow = signal(!knowsUsers || localStorage.getItem(HINT) === "in");

/** Grows when somebody signs in again: what was refused or cut off can be asked for again. */
export const sessionCount = signal(0);

/** Grows when somebody else signs in: nothing of the page before is theirs. */
export const personCount = signal(0);

let asking: Promise<void> | null = null;
/** Grows when the reader signs in or out: answers about who they were before count no more. */
let turn = 0;

/** Ask the server who the reader is. */
export function refreshMe(): Promise<void> {
  const asked = turn;
  asking ??= readNative<Me>("me", {})
    .then((next) => {
      if (asked === turn) adopt(next);
    })
    .finally(() => {
      asking = null;
    });
  return asking;
}

/** Ask again what the reader may do, after something came to be or got another name. */
export async function refreshRights(): Promise<void> {
  if (me.peek()?.authentication) await refreshMe();
}

/** Begin: ask who the reader is, and again when there is reason to. */
export function startSession(): void {
  if (knowsUsers) {
    refreshMe().catch(() => {
      // What the page asks for itself fails as well, and is shown there.
      mayShow.value = true;
    });
  }
  effect(() => {
    if (lastRefusal.value) void refreshMe().catch(() => undefined);
  });
  // Somebody signed in or out in another tab.
  addEventListener("storage", ({ key }) => key === HINT && void refreshMe().catch(() => undefined));
}

export async function signIn(username: string, password: string): Promise<void> {
  enter(await callNative<Me>("session/open", { username, password }));
}

/** Make the first administrator, and sign in. */
export async function setUp(code: string, username: string, password: string): Promise<void> {
  enter(await callNative<Me>("session/setup", { code, username, password }));
}

export async function signOut(): Promise<void> {
  await callNative("session/close", {});
  turn++;
  const left = me.peek();
  queries.clear();
  forgetDrafts();
  isEnded.value = false;
  isAsking.value = false;
  me.value = left && { authentication: left.authentication, ...(left.providers ? { providers: left.providers } : {}) };
  localStorage.setItem(HINT, "out");
}

/** Return the name of who is signed in; empty without authentication. */
export const signedInName = (): string => me.value?.user?.username ?? "";

function enter(next: Me): void {
  turn++;
  adopt(next);
}

function adopt(next: Me): void {
  const before = me.peek()?.user?.username;
  const after = next.user?.username;
  if (next.authentication) localStorage.setItem(HINT, after ? "in" : "out");
  else localStorage.removeItem(HINT);
  mayShow.value = true;
  if (next.authentication && before && !after) {
    if (!isEnded.peek()) isAsking.value = true;
    isEnded.value = true;
    return;
  }
  const isBack = isEnded.peek();
  const isOther = before !== undefined && before !== after;
  isEnded.value = false;
  isAsking.value = false;
  me.value = next;
  if (isOther) {
    queries.clear();
    forgetDrafts();
    personCount.value++;
  } else if (isBack) void queries.invalidateQueries();
  if (isOther || isBack) sessionCount.value++;
}
