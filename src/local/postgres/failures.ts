/**
 * Owns the ways in which a local Postgres cannot be started, each with a stable code and one sentence for a person.
 * Never decides what to do about them: callers print the message and stop, or try another port.
 */

export type PostgresFailure =
  | 'binaries_missing'
  | 'cannot_run_as_root'
  | 'already_running'
  | 'wrong_owner'
  | 'data_corrupt'
  | 'port_in_use'
  | 'start_failed';

export class LocalPostgresError extends Error {
  readonly code: PostgresFailure;
  constructor(code: PostgresFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LocalPostgresError';
    this.code = code;
  }
}

const patterns: readonly [RegExp, PostgresFailure, (dataDir: string, line: string) => string][] = [
  [
    /could not bind .*(in use|Permission denied)|could not create any TCP\/IP sockets/,
    'port_in_use',
    (dataDir) => `Postgres on ${dataDir} could not listen on its port, because something else uses it.`,
  ],
  [
    /lock file "postmaster\.pid" already exists/,
    'already_running',
    (dataDir) =>
      `Another Postgres is already running on the data directory ${dataDir}: stop it, or choose another directory.`,
  ],
  [
    /wrong ownership|must be started by the user that owns|Permission denied/,
    'wrong_owner',
    (dataDir) =>
      `The data directory ${dataDir} cannot be used by the user that runs this process: run as its owner, or choose another directory.`,
  ],
  [
    /not a valid data directory|could not locate a valid checkpoint|could not locate required checkpoint|control file|incompatible with server|invalid checkpoint|not compatible with this version|could not open file|could not find the database system|could not open directory|could not read file|invalid page|could not access file|backup_label/,
    'data_corrupt',
    (dataDir, line) =>
      `The data directory ${dataDir} is damaged or is not Postgres 17's (${line}): bring it back from a copy, or remove it to begin anew.`,
  ],
];

/** Makes one error from what Postgres wrote before it gave up. Never throws; the last FATAL or PANIC line decides. */
export function failureFromLog(dataDir: string, lines: readonly string[], exit: string): LocalPostgresError {
  for (const [pattern, code, sentence] of patterns) {
    const line = lines.find((candidate) => pattern.test(candidate));
    if (line !== undefined) return new LocalPostgresError(code, sentence(dataDir, withoutPrefix(line)));
  }
  const last = lines.findLast((line) => /FATAL|PANIC|ERROR|error:/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return new LocalPostgresError(
    'start_failed',
    `Postgres on ${dataDir} did not start (${exit}): ${withoutPrefix(last)}`,
  );
}

function withoutPrefix(line: string): string {
  return line.replace(/^.*?(FATAL|PANIC|ERROR|LOG|error|HINT):\s*/, '').trim();
}
