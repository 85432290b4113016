/**
 * Owns how a route is declared: its path, and what its handler is given and answers. The server (server.ts) finds account and
 * project, and keeps a second change off a project; a handler neither knows HTTP nor authenticates.
 */
import type { Context } from '../context.ts';
import type { Fields } from '../input.ts';
import type { Operations } from '../operations.ts';
import type { AccountRecord, ProjectRecord } from '../state.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface AccountCall {
  readonly account: AccountRecord;
  readonly query: Fields;
}

export interface ProjectCall extends AccountCall {
  readonly project: ProjectRecord;
  readonly body: unknown;
  /** A part of the path; a route only asks for those it has declared. */
  param(name: string): string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface Routes {
  account(path: string, handler: (call: AccountCall) => Answer | Promise<Answer>): void;
  read(path: string, handler: (call: ProjectCall) => Answer | Promise<Answer>): void;
  /** Refused with 423 while another change of the project is under way. */
  change(method: Exclude<Method, 'GET'>, path: string, handler: (call: ProjectCall) => Promise<Answer>): void;
}

export interface RouteParts {
  readonly routes: Routes;
  readonly context: Context;
  readonly operations: Operations;
}
