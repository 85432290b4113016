import { Type } from 'typebox';
import {
  type Action,
  type ApiKeyView,
  actions,
  type FleetView,
  type MeView,
  type MemberView,
  type NewApiKeyView,
  type TeamView,
} from '../../domain/index.ts';
import { answer, at, createdAt, integer, orNull, text, updatedAt, version, words } from './answer.ts';
import { actor } from './holds.ts';
import { id, instant, name, slug, strict, visible } from './parts.ts';

const roles = { viewer: true, operator: true, approver: true, admin: true } as const;
const role = (description: string) => words(roles, description);
const keyKind = (description: string) => words({ person: true, service: true }, description);

export const CreateTeam = strict({
  slug: slug('Names the team in the header Afterglow-Team: lower-case letters, digits and -.'),
  name: name('For people.'),
});

export const AddMember = strict({
  subject: visible('As the tokens of the issuer name the person (`sub`).', 255),
  issuer: Type.Optional(visible('Whose tokens (`iss`); the configured issuer by default.', 512)),
  role: role('What the person may do in the team.'),
});

export const UpdateMember = strict({ role: role('What the person may do from now on.') });

export const teamParams = Type.Object({ teamId: id('Of the team.') });
export const memberParams = Type.Object({ teamId: id('Of the team.'), id: id('Of the member.') });

export const CreateApiKey = strict({
  name: name('For people.'),
  role: role('What it may do; not above the role of who makes it.'),
  kind: Type.Optional(
    Type.Unsafe<'person' | 'service'>({
      ...keyKind('Who uses it. A service may not decide what needs a person; by default it is one.'),
    }),
  ),
  expiresAt: Type.Optional(instant('Its end; by default it has none.')),
  projects: Type.Optional(
    Type.Array(id('prj_...'), {
      description:
        "Narrows it to these projects: it sees and changes nothing else, and nothing that is the whole team's.",
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
    }),
  ),
  cidrs: Type.Optional(
    Type.Array(Type.String({ description: 'Such as 192.0.2.0/24 or 2001:db8::/32.', minLength: 1, maxLength: 64 }), {
      description: 'Networks that it may come from; from elsewhere it is no key.',
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
    }),
  ),
});

export const RotateApiKey = strict({
  overlapSeconds: Type.Optional(
    Type.Integer({
      description: 'How long the old key holds beside the new one; a day by default.',
      minimum: 0,
      maximum: 2_592_000,
    }),
  ),
});

export const Team = answer<TeamView>()('Team', 'A tenant: nothing of it is seen or changed by another.', {
  id: text('tem_...'),
  slug: text('Names it in the header Afterglow-Team.'),
  name: text('For people.'),
  role: orNull(role('Of the one who asks; null for none.')),
  createdAt,
});

export const Member = answer<MemberView>()('Member', 'A person with a role in a team.', {
  id: text('mbr_...'),
  teamId: text('The team.'),
  issuer: text('Whose tokens name the person.'),
  subject: text('As they do.'),
  role: role('In the team.'),
  version,
  createdAt,
  updatedAt,
});

const keyFields = {
  id: text('key_...'),
  name: text('For people.'),
  prefix: text('How it begins.'),
  role: role('What it may do.'),
  kind: keyKind('Who uses it.'),
  projects: orNull(
    Type.Array(Type.String(), { description: 'Those that it is narrowed to; null for every project of the team.' }),
  ),
  cidrs: orNull(Type.Array(Type.String(), { description: 'Networks that it may come from; null for any.' })),
  expiresAt: orNull(at('Its end.')),
  lastUsedAt: orNull(at('When it was last used, to the minute.')),
  rotatedFrom: orNull(text('The key in whose place it was made.')),
  isPreset: Type.Boolean({ description: 'Set by AFTERGLOW_API_KEY: it is changed there alone.' }),
  createdBy: orNull(actor('Who made it.')),
  createdAt,
  revokedAt: orNull(at('Since when it opens nothing.')),
};

export const ApiKey = answer<ApiKeyView>()('ApiKey', 'A key, without its secret.', keyFields);

export const NewApiKey = answer<NewApiKeyView>()('NewApiKey', 'A key with its secret, which is shown this once.', {
  ...keyFields,
  key: text('The secret: it is kept nowhere.'),
});

const teamOfMe = { id: text('tem_...'), slug: text('Names it.'), name: text('For people.') };

export const Me = answer<MeView>()('Me', 'Who asks, and what it may do.', {
  kind: words({ person: true, service: true, scheduler: true }, 'What kind of actor.'),
  id: text('Of the API key, or the issuer and subject of the token.'),
  label: orNull(text("The key's prefix, or the token's subject.")),
  isPlatform: Type.Boolean({ description: 'Manages teams, members and keys.' }),
  team: orNull(
    Type.Object(
      { ...teamOfMe, role: orNull(role('There; null for who makes keys there, and no more.')) },
      { description: 'In which it acts; null where it has named none.' },
    ),
  ),
  teams: Type.Array(Type.Object({ ...teamOfMe, role: role('There.') }), {
    description: 'Those in which it has a role.',
  }),
  projects: orNull(Type.Array(Type.String(), { description: 'Those that its key is narrowed to.' })),
  actions: Type.Array(Type.Unsafe<Action>({ type: 'string', enum: [...actions] }), {
    description: 'What it may do in that team.',
  }),
});

const count = Type.Integer({ minimum: 0 });

export const Fleet = answer<FleetView>()('Fleet', 'Figures of the installation.', {
  teams: integer('How many there are.'),
  members: integer('People who are a member of a team.'),
  apiKeys: integer('Those in force.'),
  projects: integer('Those registered.'),
  branches: Type.Object(
    { ok: count, late: count, missing: count, at_risk: count },
    { description: 'Covered branches by state.' },
  ),
  jobs: Type.Array(
    Type.Object({
      job: text('Its name.'),
      status: words({ waiting: true, released: true, running: true }, 'Where they stand.'),
      count: integer('How many.'),
      oldestSeconds: Type.Number({ description: 'Since the oldest of them was promised.' }),
    }),
    { description: 'Unfinished ones.' },
  ),
});
