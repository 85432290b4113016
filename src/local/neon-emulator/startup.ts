/**
 * Owns the first messages of Postgres's protocol, as a proxy must understand them: what a client asks for before it is connected,
 * what of it is meant for Neon's proxy alone, and how a refusal is told. Pure: it reads and renders bytes, and knows no sockets.
 */

/** Postgres itself accepts no longer one. */
export const firstMessageBytesMax = 10_000;

/** In the order sent. Text is one byte a character, so that any encoding comes out as it went in. */
export type Parameters = readonly (readonly [name: string, value: string])[];

export type FirstMessage =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed'; readonly reason: string }
  /** SSLRequest and GSSENCRequest: answered with one byte, then another first message follows. */
  | { readonly kind: 'encryption'; readonly length: number }
  | { readonly kind: 'cancel'; readonly length: number }
  | { readonly kind: 'startup'; readonly length: number; readonly version: number; readonly parameters: Parameters };

const codes = { cancel: 80_877_102, ssl: 80_877_103, gssenc: 80_877_104 };
const headerBytes = 8;

/** Reads the first message in the bytes that have arrived so far; `length` is how many of them it takes. */
export function readFirstMessage(bytes: Buffer): FirstMessage {
  if (bytes.length < 4) return { kind: 'incomplete' };
  const length = bytes.readInt32BE(0);
  if (length < headerBytes || length > firstMessageBytesMax) return malformed('invalid length of startup packet');
  if (bytes.length < headerBytes) return { kind: 'incomplete' };
  const code = bytes.readInt32BE(4);
  if (code === codes.ssl || code === codes.gssenc) {
    return length === headerBytes ? { kind: 'encryption', length } : malformed('invalid length of startup packet');
  }
  if (code !== codes.cancel && code >>> 16 !== 3) {
    return malformed(`unsupported frontend protocol ${code >>> 16}.${code & 0xffff}: server supports 3.0 to 3.0`);
  }
  if (bytes.length < length) return { kind: 'incomplete' };
  if (code === codes.cancel) return { kind: 'cancel', length };
  const parameters = readParameters(bytes.toString('latin1', headerBytes, length));
  if (parameters === undefined) {
    return malformed('invalid startup packet layout: expected terminator as last byte');
  }
  if (!parameters.some(([name, value]) => name === 'user' && value !== '')) {
    return malformed('no PostgreSQL user name specified in startup packet');
  }
  return { kind: 'startup', length, version: code, parameters };
}

function malformed(reason: string): FirstMessage {
  return { kind: 'malformed', reason };
}

function readParameters(text: string): Parameters | undefined {
  const parts = text.split('\0');
  // Pairs that each end in a zero, and one zero at the end of all.
  if (parts.length % 2 !== 0 || parts.pop() !== '' || parts.pop() !== '') return undefined;
  const parameters: [string, string][] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const [name = '', value = ''] = parts.slice(index, index + 2);
    if (name === '') return undefined;
    parameters.push([name, value]);
  }
  return parameters;
}

export function renderStartup(version: number, parameters: Parameters): Buffer {
  const body = Buffer.from(`${parameters.map(([name, value]) => `${name}\0${value}\0`).join('')}\0`, 'latin1');
  const header = Buffer.alloc(headerBytes);
  header.writeInt32BE(headerBytes + body.length, 0);
  header.writeInt32BE(version, 4);
  return Buffer.concat([header, body]);
}

/** An ErrorResponse: clients show its message. `code` is an SQLSTATE. */
export function renderError(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message.replaceAll('\0', ' ')}\0\0`);
  const header = Buffer.alloc(5);
  header.write('E');
  header.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([header, fields]);
}

export interface NeonOptions {
  /** As in `options=neon_timestamp:...`; names without `neon_`. Also `endpoint`, where it is named so. */
  readonly neon: ReadonlyMap<string, string>;
  /** What is left for Postgres, without what is meant for the proxy. */
  readonly parameters: Parameters;
}

/** Whether a moment of the past is asked for. */
export function isTravel(neon: ReadonlyMap<string, string>): boolean {
  return neon.has('timestamp') || neon.has('lsn');
}

/** Takes the options out that Neon's proxy keeps for itself: `neon_<name>:<value>`, url-encoded or not, and `endpoint=<id>`. */
export function takeNeonOptions(parameters: Parameters): NeonOptions {
  const neon = new Map<string, string>();
  const left = parameters.flatMap<readonly [string, string]>(([name, value]) => {
    if (name !== 'options') return [[name, value]];
    const words = splitOptions(value).filter((word) => {
      const plain = decoded(word);
      const [, option, wished] = /^neon_([a-z_]+):(.*)$/s.exec(plain) ?? [];
      if (option !== undefined && wished !== undefined) neon.set(option, wished);
      const [, name, value] = /^(endpoint|project)=(.*)$/s.exec(plain) ?? [];
      if (name !== undefined && value !== undefined) neon.set(name, value);
      return option === undefined && name === undefined;
    });
    return words.length === 0 ? [] : [[name, words.join(' ')]];
  });
  return { neon, parameters: left };
}

/** At spaces, of which a backslash makes an ordinary character: as Postgres does. The words keep their backslashes. */
function splitOptions(options: string): string[] {
  return options.match(/(?:\\[\s\S]?|[^\s\\])+/g) ?? [];
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** Who a client says it is, and which database it wants. */
export interface Login {
  readonly user: string;
  readonly database: string;
}

export function loginOf(parameters: Parameters): Login {
  const textOf = (name: string) => {
    const value = parameters.find(([known]) => known === name)?.[1];
    return value === undefined ? undefined : Buffer.from(value, 'latin1').toString();
  };
  const user = textOf('user') ?? '';
  return { user, database: textOf('database') || user };
}

export function withLogin(parameters: Parameters, { user, database }: Login): Parameters {
  const others = parameters.filter(([name]) => name !== 'user' && name !== 'database');
  const bytes = (text: string) => Buffer.from(text).toString('latin1');
  return [['user', bytes(user)], ['database', bytes(database)], ...others];
}

export function withOption(parameters: Parameters, option: string): Parameters {
  const present = parameters.find(([name]) => name === 'options')?.[1];
  const others = parameters.filter(([name]) => name !== 'options');
  return [...others, ['options', present === undefined ? option : `${present} ${option}`]];
}

/** What PgBouncer keeps of a client's session; it ignores `extra_float_digits`, as Neon has set it up. */
const pooledParameters = new Set([
  'user',
  'database',
  'application_name',
  'client_encoding',
  'datestyle',
  'timezone',
  'intervalstyle',
  'standard_conforming_strings',
]);

export type Pooled = { readonly parameters: Parameters } | { readonly refusal: string };

/** What a connection pooler lets through, or why it refuses: a setting of the session would outlive it in the pool. */
export function throughPooler(parameters: Parameters): Pooled {
  const kept: (readonly [string, string])[] = [];
  for (const [name, value] of parameters) {
    if (name === 'options') {
      const refused = settingsOf(value).find((setting) => !isPooled(setting));
      if (refused !== undefined) return { refusal: `unsupported startup parameter in options: ${refused}` };
    } else if (!isPooled(name) && !name.startsWith('_pq_.')) {
      return { refusal: `unsupported startup parameter: ${name}` };
    }
    if (name !== 'extra_float_digits') kept.push([name, value]);
  }
  return { parameters: kept };
}

function isPooled(name: string): boolean {
  return pooledParameters.has(name.toLowerCase()) || name.toLowerCase() === 'extra_float_digits';
}

/** The names that `-c name=value` and `--name=value` set; another flag is given as it stands. */
function settingsOf(options: string): string[] {
  const joined = splitOptions(options)
    .join(' ')
    .replaceAll(/(^| )-c /g, '$1-c');
  return splitOptions(joined).map((word) => /^(?:-c|--)([^=]+)/.exec(word)?.[1]?.replaceAll('-', '_') ?? word);
}
