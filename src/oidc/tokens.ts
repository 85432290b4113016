// Owns the verification of the identity provider's tokens. It knows no team and no role: what a token says is the domain's to read.

import { decodeJwt, decodeProtectedHeader, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { Refusal } from '../core/errors.ts';
import { makeKeySource, type KeySourceOptions } from './key-source.ts';

export interface TokenOptions extends KeySourceOptions {
  /** `aud` must name it. */
  readonly audience: string;
  readonly now: () => Date;
}

/** What a token that was accepted says. */
export interface VerifiedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Asymmetric ones alone: a public key is no secret, and `none` proves nothing. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** How far the issuer's clock may be from ours. */
const skewSeconds = 60;
const subjectForm = /^[\x21-\x7e]{1,255}$/;

/**
 * Verifies tokens of one issuer; undefined for one that is not accepted, never saying why. Refuses with `identity_provider_unreachable`
 * where the issuer's keys are not known and cannot be had.
 */
export function makeVerifyToken(options: TokenOptions): (token: string) => Promise<VerifiedToken | undefined> {
  const { issuer, audience, now } = options;
  const keys = makeKeySource(options);
  const getKey: JWTVerifyGetKey = (header, token) => keys(header, token);
  return async (token) => {
    // Before the issuer is asked for anything: what cannot be its own costs it nothing.
    if (!mayBeOf(issuer, token)) return undefined;
    try {
      const verified = await jwtVerify(token, getKey, {
        issuer,
        audience,
        algorithms,
        clockTolerance: skewSeconds,
        currentDate: now(),
        requiredClaims: ['exp', 'sub'],
      });
      const { sub: subject = '', ...claims } = verified.payload;
      return subjectForm.test(subject) ? { issuer, subject, claims } : undefined;
    } catch (error) {
      if (error instanceof Refusal || !(error instanceof errors.JOSEError || error instanceof TypeError)) throw error;
      return undefined;
    }
  };
}

function mayBeOf(issuer: string, token: string): boolean {
  try {
    const { alg } = decodeProtectedHeader(token);
    return alg !== undefined && algorithms.includes(alg) && decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}
