// Owns the registration of the emulator's sample project in the first team, once: a team that removed it does not get it back.

import type { Actor, DoorDomain } from './domain/index.ts';

const sampleCredential = 'sample';

/** Repeatable; a start that died half way is completed by the next one. */
export async function registerSample(
  domain: DoorDomain,
  actor: Actor,
  emulator: { readonly apiKey: string; readonly projectId: string },
): Promise<void> {
  const registered = await domain.audit.list(actor, { action: 'project.registered' }, { limit: 1 });
  if (registered.items.length > 0) return;
  const present = await domain.credentials.list(actor, { limit: 200 });
  const credential =
    present.items.find((one) => one.name === sampleCredential) ??
    (await domain.credentials.create(actor, { name: sampleCredential, neonApiKey: emulator.apiKey }));
  await domain.projects.register(actor, {
    neonProjectId: emulator.projectId,
    credentialId: credential.id,
    labels: { env: 'sample' },
  });
}
