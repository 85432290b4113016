import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answers, openAnswers } from '../schemas/answer.ts';
import { AuditHeads, SigningKeys } from '../schemas/audit-heads.ts';
import { NoQuery } from '../schemas/parts.ts';
import type { Doors } from './doors.ts';

const tags = ['Audit'];

export const auditHeadRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.get(
    '/v1/audit-heads',
    {
      config: { action: 'audit.read' },
      schema: {
        operationId: 'listAuditHeads',
        summary: 'Read the signed heads of the audit history',
        description:
          'The head of this moment first, then the closing heads of the months that retention let go, newest first. Keep a signature elsewhere: ' +
          'against it `npm run verify-audit` finds whatever was changed, taken out or cut off before it.',
        tags,
        querystring: NoQuery,
        response: answers({ 200: { description: 'Signed.', schema: AuditHeads } }),
      },
    },
    async (request) => domain.audit.heads(request.actor),
  );

  app.get(
    '/.well-known/jwks.json',
    {
      config: { isOpen: true },
      schema: {
        operationId: 'getSigningKeys',
        summary: 'Read the public keys that heads are signed with',
        tags,
        security: [],
        response: openAnswers({ 200: { description: 'A JWK set (RFC 7517).', schema: SigningKeys } }, ['internal']),
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300');
      return domain.audit.signingKeys();
    },
  );
};
