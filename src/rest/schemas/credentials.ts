import { Type } from 'typebox';
import type { CredentialView } from '../../domain/index.ts';
import { answer, createdAt, status, text, updatedAt, version } from './answer.ts';
import { name, secret, strict } from './parts.ts';

const neonApiKey = secret('A Neon API key. It is checked with Neon, kept encrypted, and never shown again.');

export const CreateCredential = strict({ name: name('Unique in the team.'), neonApiKey });

export const UpdateCredential = strict({
  name: Type.Optional(name('Unique in the team.')),
  neonApiKey: Type.Optional(neonApiKey),
});

export const Credential = answer<CredentialView>()(
  'Credential',
  'A Neon API key of the team; the key itself is never shown.',
  {
    id: text('crd_...'),
    name: text('Unique in the team.'),
    neonAccountId: text('The Neon account that the key belongs to.'),
    status: status(
      'credential',
      '`refused` once Neon no longer accepts the key; a PATCH with a new one makes it active.',
    ),
    version,
    createdAt,
    updatedAt,
  },
);
