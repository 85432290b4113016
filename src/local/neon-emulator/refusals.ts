/**
 * Owns the refusals of the emulated API: their status, their code and the words that Neon uses. Never decides when.
 */

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, message: string, code = '') {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

export const unauthenticated = () => new Refusal(401, 'supplied credentials do not pass authentication');
export const forbidden = (message: string) => new Refusal(403, message);
/** Neon's answer is 404 where such a key has nothing to show, 403 where it may not act. */
export const notForOrganizations = (status: 403 | 404) => new Refusal(status, 'not allowed for organization API keys');
export const notAcceptable = (message: string) => new Refusal(406, message);
export const tooManyRequests = () => new Refusal(429, 'too many requests');
export const badRequest = (message: string) => new Refusal(400, message);
export const notFound = (what: string) => new Refusal(404, `${what} not found`);
export const notServed = (what: string) => new Refusal(404, `the Neon emulator lacks ${what}`);
export const conflict = (message: string) => new Refusal(409, message);
export const unprocessable = (message: string, code = '') => new Refusal(422, message, code);

export const locked = () =>
  new Refusal(423, 'project already has running conflicting operations, scheduling of new ones is prohibited');
