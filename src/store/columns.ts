// Owns the kinds of columns that tables have, for Kysely. It runs nothing.

import type { ColumnType } from 'kysely';

/** A status column: `status.ts` holds the one statement that updates it. */
export type Status<S> = ColumnType<S, S, never>;
/** Fixed at insert. */
export type Fixed<T> = ColumnType<T, T, never>;
/** A jsonb column: read as its value, written as JSON text. */
export type Json<T> = ColumnType<T, string, string>;
export type JsonDefault<T> = ColumnType<T, string | undefined, string>;
export type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;

export type ActorKind = 'person' | 'service' | 'scheduler';
