/**
 * Owns how a route is declared: its path, and what its handler is given and answers. The server (server.ts) finds caller and
 * project, and keeps a second change off a project; a handler neither knows HTTP nor authenticates.
 */
import type { Caller } from '../access.ts';
import type { Context, Operations } from '../context.ts';
import type { Fields } from '../input.ts';
import type { ProjectRecord } from '../state.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface AccountCall {
  readonly caller: Caller;
  readonly query: Fields;
  readonly body: unknown;
  /** A part of the path; a route only asks for those it has declared. */
  param(name: string): string;
}

export interface ProjectCall extends AccountCall {
  readonly project: ProjectRecord;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface Routes {
  /** A call about no project that is there already. */
  account(method: Method, path: string, handler: (call: AccountCall) => Answer | Promise<Answer>): void;
  read(path: string, handler: (call: ProjectCall) => Answer | Promise<Answer>): void;
  /** Refused with 423 while another change of the project is under way. */
  change(method: Exclude<Method, 'GET'>, path: string, handler: (call: ProjectCall) => Promise<Answer>): void;
}

export interface RouteParts {
  readonly routes: Routes;
  readonly context: Context;
  readonly operations: Operations;
}
