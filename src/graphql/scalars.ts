import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { isName } from './forms.ts';
import type { Scalars } from './generated.ts';

/** Text that the domain reads and refuses itself (`invalid_instant`). */
const DateTime = new GraphQLScalarType<string, unknown>({
  name: 'DateTime',
  parseValue: (value) => text(value),
  parseLiteral: (node) => text(node.kind === Kind.STRING ? node.value : undefined),
});

const JSON = new GraphQLScalarType<unknown, unknown>({ name: 'JSON' });

const SafeInt = new GraphQLScalarType<number, unknown>({
  name: 'SafeInt',
  serialize: (value) => safeInt(value),
  parseValue: (value) => safeInt(value),
  parseLiteral: (node) => safeInt(node.kind === Kind.INT ? Number(node.value) : undefined),
});

const BranchSelection = new GraphQLScalarType<Scalars['BranchSelection']['input'], unknown>({
  name: 'BranchSelection',
  parseValue: (value) => branchSelection(value),
  parseLiteral: (node, variables) =>
    branchSelection(isTextual(node) ? valueFromASTUntyped(node, variables) : undefined),
});

export const scalars = { DateTime, JSON, SafeInt, BranchSelection };

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError('Expected an RFC 3339 instant as text');
}

function safeInt(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new GraphQLError('Expected a whole number of at most 2^53 - 1');
}

function branchSelection(value: unknown): Scalars['BranchSelection']['input'] {
  if (value === 'default' || value === 'roots') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string') && areBranchNames(value)) return value;
  throw new GraphQLError('Expected "default", "roots" or a list of 1 to 500 different branch names');
}

function areBranchNames(names: readonly string[]): boolean {
  const isDistinct = new Set(names).size === names.length;
  return isDistinct && names.length >= 1 && names.length <= 500 && names.every((name) => isName(name, 256));
}

/** A literal of text, or a list of them; an enum value without quotes is neither. */
function isTextual(node: ValueNode): boolean {
  if (node.kind === Kind.LIST)
    return node.values.every((item) => item.kind === Kind.STRING || item.kind === Kind.VARIABLE);
  return node.kind === Kind.STRING;
}
