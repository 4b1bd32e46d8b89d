/** The requests about users, tokens, roles and grants. */

import { callNative, changeNative, readNative } from "../api/client";
import type {
  CreateTokenResponse,
  CreateUser,
  Grant,
  ListGrantsResponse,
  ListRolesResponse,
  ListTokensResponse,
  ListUsersResponse,
  Role,
  Token,
  TokenScope,
  User,
} from "../api/schema";
import { refresh } from "../api/use-query";
import type { Thing } from "./rights";
import { refreshMe } from "./session";

async function change(work: Promise<unknown>): Promise<void> {
  await work;
  refresh("access");
  // It may be about the reader, whose pages should show it.
  await refreshMe();
}

export async function listUsers(signal: AbortSignal): Promise<readonly User[]> {
  return (await readNative<ListUsersResponse>("users/list", {}, signal)).users;
}

export const createUser = (user: CreateUser): Promise<void> => change(callNative("users/create", user));

export const setAdmin = (username: string, isAdmin: boolean): Promise<void> =>
  change(changeNative("PATCH", "users/update-admin", { username, is_admin: isAdmin }));

export const setActive = (username: string, isActive: boolean): Promise<void> => change(callNative("users/set-active", { username, is_active: isActive }));

export const deleteUser = (username: string): Promise<void> => change(changeNative("DELETE", "users/delete", { username }));

/** Change a password; whoever changes their own says the current one. */
export const setPassword = (username: string, password: string, current = ""): Promise<unknown> =>
  changeNative("PATCH", "users/update-password", { username, password, current_password: current });

export async function listTokens(username: string, signal: AbortSignal): Promise<readonly Token[]> {
  return (await readNative<ListTokensResponse>("tokens/list", { username }, signal)).tokens;
}

/** Make a token and return its secret, which is told only this once. */
export async function createToken(username: string, name: string, lifetimeS: number, scope: TokenScope): Promise<string> {
  const answer = await callNative<CreateTokenResponse>("tokens/create", { username, name, lifetime_s: lifetimeS, scope });
  refresh("access", "tokens");
  return answer.secret;
}

export async function revokeToken({ token_id: id, username }: Token): Promise<void> {
  await callNative("tokens/revoke", { token_id: id, username });
  refresh("access", "tokens");
}

export async function listRoles(signal: AbortSignal): Promise<readonly Role[]> {
  return (await readNative<ListRolesResponse>("roles/list", {}, signal)).roles;
}

export const createRole = (name: string, description: string): Promise<void> => change(callNative("roles/create", { name, description }));

export const deleteRole = (name: string): Promise<void> => change(callNative("roles/delete", { name }));

export const assignRole = (name: string, username: string, withdraw: boolean): Promise<void> => change(callNative("roles/assign", { name, username, withdraw }));

export const listGrants = ({ kind, resource }: Thing, signal: AbortSignal): Promise<ListGrantsResponse> => readNative("grants/list", { kind, resource }, signal);

export const putGrant = (grant: Grant): Promise<void> => change(callNative("grants/put", { grant }));

export const deleteGrant = ({ level: _level, ...grant }: Grant): Promise<void> => change(callNative("grants/delete", grant));
