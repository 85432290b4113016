// Owns the port of the identity provider: what a token that was verified says. How it is verified is not known here.

/** A token that was verified. */
export interface PersonToken {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Undefined for a token that is not accepted. Refuses with `identity_provider_unreachable`. */
export type VerifyToken = (token: string) => Promise<PersonToken | undefined>;
