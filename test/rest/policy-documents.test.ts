// Documents of policies over HTTP: what is read of YAML and what is refused, and that what is written can be read.

import fc from 'fast-check';
import t from 'tap';
import { parseYaml, writeYaml } from '../../src/rest/yaml.ts';
import { openDoor } from './door.ts';
import { policyDocument } from './views.ts';

const yaml = { 'content-type': 'application/yaml' };
const url = '/v1/policies/import';
const night = `
    selector: { projects: [shop-1] }
    schedules: [{ name: night, cron: 0 3 * * *, timeZone: Europe/Berlin }]
    retention: { daily: 7 }
`;

t.test('YAML is read as the JSON that it stands for, and the flags of the query', async (t) => {
  const { send, calls } = await openDoor(t);
  const answer = await send('PUT', `${url}?remove=true`, `policies:\n  "no": ${night}  yes: ${night}`, yaml);
  t.equal(answer.statusCode, 200, answer.body);
  const entry = {
    selector: { projects: ['shop-1'] },
    schedules: [{ name: 'night', cron: '0 3 * * *', timeZone: 'Europe/Berlin' }],
    retention: { daily: 7 },
  };
  t.strictSame(calls.at(-1)?.input[1], {
    policies: { no: entry, yes: entry },
    dryRun: false,
    remove: true,
    force: false,
  });
});

t.test('aliases may repeat something, and nothing that a document names is run', async (t) => {
  const { send, calls } = await openDoor(t);
  const shared = `policies:\n  a: &night ${night}  b: *night\n`;
  t.equal((await send('PUT', url, shared, yaml)).statusCode, 200);
  t.equal((await send('PUT', url, shared, { 'content-type': 'text/yaml; charset=utf-8' })).statusCode, 200);
  const given = calls.at(-1)?.input[1] as { policies: Record<string, unknown> } | undefined;
  t.strictSame(given?.policies['a'], given?.policies['b']);
  t.match(given, { policies: { b: { retention: { daily: 7 } } } });
});

t.test('what is more than JSON, or made to do harm, is refused', async (t) => {
  const { send, calls } = await openDoor(t);
  const levels = 'abcdefghij'.split('');
  const bomb = levels
    .map((name, at) => `${name}: &${name} [${`${at === 0 ? 'x' : `*${levels[at - 1]}`},`.repeat(10)}]`)
    .join('\n');
  const refused: [string, RegExp][] = [
    ['policies: {}\npolicies: {}', /a key comes twice on line 2/],
    [`policies:\n  a: ${night}  a: ${night}`, /a key comes twice/],
    ['policies: !!js/function "() => 1"', /a tag that is not read on line 1/],
    ['policies: !secret {}', /a tag that is not read/],
    ['policies: !!binary aGk=', /a tag that is not read/],
    ['? [a, b]\n: c', /a key that is no text/],
    ['policies: {}\n---\npolicies: {}', /a second document begins/],
    ['policies: {', /it does not parse/],
    ['\tpolicies: {}', /it does not parse/],
    ['policies: *nowhere', /it does not parse|aliases cannot be followed/],
    [bomb, /aliases cannot be followed/],
    ['policies: &a { x: *a }', /more than|aliases|fit the schema/],
    [`policies: ${'['.repeat(100_000)}`, /nests too deep|does not parse/],
    [`policies: ${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}`, /nests too deep|does not parse|fit the schema/],
    [`policies: [${'1,'.repeat(200_000)}1]`, /more than 100000 values/],
    ['policies: { "a\\0b": {} }', /NUL/],
    [`policies:\n${Array.from({ length: 25_000 }, (_, at) => ` k${at}: &a${at} 1`).join('\n')}`, /must be an object/],
    [`a: &a 1\n${Array.from({ length: 2_000 }, (_, at) => `k${at}: *a`).join('\n')}`, /more than 1000 aliases/],
    ['5', /must be an object/],
    ['', /must be an object/],
  ];
  for (const [body, words] of refused) {
    const before = process.cpuUsage();
    const answer = await send('PUT', url, body, yaml);
    const ms = process.cpuUsage(before).user / 1000;
    t.match(answer.json(), { code: 'invalid_request', status: 400, detail: words }, body.slice(0, 40));
    t.ok(ms < 3000, `${Math.round(ms)} ms: ${body.slice(0, 40)}`);
  }
  const large = await send('PUT', url, `policies: {} #${' '.repeat(512 * 1024)}`, yaml);
  t.match(large.json(), { code: 'body_too_large' });
  t.strictSame(calls, []);
});

t.test('a document that does not fit is refused with the path of each fault, in the words of a POST', async (t) => {
  const { send, calls } = await openDoor(t);
  const entry = { selector: { projects: ['prj_1'] }, schedules: [], retention: { daily: 0, hour: 1 }, colour: 'red' };
  const answer = await send('PUT', url, { policies: { night: entry, ' ': {} }, extra: 1 });
  const found: { path: string; message: string }[] = answer.json().errors;
  const posted = await send('POST', '/v1/policies', { ...entry, name: 'night' });
  for (const { path, message } of posted.json().errors) {
    t.match(found.find((fault) => fault.path === `policies.night.${path}`)?.message, message, path);
  }
  t.match(found.find(({ path }) => path === 'extra')?.message, /not a known field/);
  t.match(found.find(({ path }) => path === 'policies. ')?.message, /not a valid key/);
  t.match((await send('PUT', `${url}?dryRun=yes`, { policies: {} })).json(), { errors: [{ path: 'dryRun' }] });
  t.match(
    (await send('PUT', url, { policies: { night: { ...entry, name: 'x' } } })).json().detail,
    /night\.name is not/,
  );
  t.strictSame(calls, []);
});

t.test('thousands of faults are refused fast', async (t) => {
  const { send } = await openDoor(t);
  const entries = Array.from({ length: 900 }, (_, at) => [`p${at}`, { a: 1, b: 2, c: 3, retention: { d: 0 } }]);
  const before = process.cpuUsage();
  const answer = await send('PUT', url, { policies: Object.fromEntries(entries) });
  t.equal(answer.json().errors.length, 20);
  const ms = process.cpuUsage(before).user / 1000;
  t.ok(ms < 2000, `${Math.round(ms)} ms`);
});

t.test('YAML is taken by this route alone', async (t) => {
  const { send } = await openDoor(t);
  for (const [method, path] of [
    ['POST', '/v1/policies'],
    ['POST', '/v1/policies/pol_1/pause'],
  ] as const) {
    t.match((await send(method, path, 'a: 1', yaml)).json(), { code: 'unsupported_media_type' }, path);
  }
  t.match((await send('PUT', url, '{}', { 'content-type': 'text/plain' })).json().detail, /or application\/yaml/);
});

t.test('the document is answered as YAML to who names it first, and can be sent again', async (t) => {
  const { send } = await openDoor(t);
  const accepts = {
    'application/yaml': 'application/yaml',
    'text/yaml': 'text/yaml',
    'Text/YAML; charset=utf-8': 'text/yaml',
    'application/x-yaml': 'application/x-yaml',
    'text/*': 'text/yaml',
    'text/yaml, */*;q=0.1': 'text/yaml',
    '*/*, application/yaml': 'application/yaml',
    'application/yaml, application/json;q=0.5': 'application/yaml',
    'application/json;q=0.5, application/yaml': 'application/yaml',
    'application/json, application/yaml;q=0.5': 'application/json',
    'application/json, application/yaml': 'application/json',
    '*/*, text/yaml;q=0.9': 'application/json',
    'application/yaml;q=0': 'application/json',
    'application/*': 'application/json',
    '*/*': 'application/json',
    'text/html': 'application/json',
    '': 'application/json',
  };
  for (const [accept, type] of Object.entries(accepts)) {
    const isYaml = type !== 'application/json';
    const answer = await send('GET', '/v1/policies/export', undefined, { accept });
    t.match(answer.headers['content-type'], type, accept);
    t.equal(answer.headers['vary'], 'accept');
    t.strictSame(isYaml ? parseYaml(answer.body) : answer.json(), policyDocument, accept);
    t.equal(/^policies:\n {2}nightly:\n/.test(answer.body), isYaml);
  }
  const none = await send('GET', '/v1/policies/export');
  t.strictSame(none.json(), policyDocument);
});

t.test('what is written as YAML is read as it was, whatever the texts are', async (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      'yes',
      'no',
      'null',
      '~',
      '0x10',
      '1e3',
      '2026-01-01',
      '- a',
      'a: b',
      '#',
      '&a',
      '*a',
      '!x',
      '__proto__',
    ),
  );
  const value = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text)));
  fc.assert(
    fc.property(value, (given) => t.strictSame(parseYaml(writeYaml(given)), { ...given }) && true),
    {
      numRuns: 200,
    },
  );
  t.end();
});
