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

export const badRequest = (message: string) => new Refusal(400, message);
export const notFound = (what: string) => new Refusal(404, `${what} not found`);
export const notServed = (what: string) => new Refusal(404, `the Neon emulator lacks ${what}`);
export const conflict = (message: string) => new Refusal(409, message);
export const unprocessable = (message: string, code = '') => new Refusal(422, message, code);

export const locked = () =>
  new Refusal(423, 'project already has running conflicting operations, scheduling of new ones is prohibited');
