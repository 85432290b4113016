import { Type } from 'typebox';
import type { AuditHeadView, SigningKeyView } from '../../domain/index.ts';
import { answer, at, integer, orNull, text, words } from './answer.ts';

export const AuditHead = answer<AuditHeadView>()(
  'AuditHead',
  'Where a chain stands, or stood when a month of it went.',
  {
    kind: words({ head: true, closing: true }, 'A closing head is what is left of a month.'),
    teamId: text('Whose chain it is of.'),
    sequence: integer('Of its last event; 0 before the first.'),
    hash: text('Of that event, in hexadecimal.'),
    at: orNull(at('When it happened.')),
    month: orNull(text('Of a closing head, such as 2026-09.')),
    signedAt: at('When it was signed.'),
    signature: text('All of this, signed: a compact JWS with Ed25519.'),
  },
);

export const AuditHeads = Type.Object({ items: Type.Array(Type.Ref('AuditHead#'), { description: 'Newest first.' }) });

export const SigningKey = answer<SigningKeyView>()('SigningKey', 'A public key of Ed25519, as a JWK.', {
  kty: text('OKP.'),
  crv: text('Ed25519.'),
  x: text('The key.'),
  kid: text('By which signatures name it.'),
  alg: text('EdDSA.'),
  use: text('sig.'),
});

export const SigningKeys = Type.Object({ keys: Type.Array(Type.Ref('SigningKey#')) });
