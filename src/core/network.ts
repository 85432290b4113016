// Owns internet addresses and networks as text: reading them, and whether one lies in the other. An IPv4 address that is written as IPv6
// (::ffff:192.0.2.1, as a server with both sees it) is the IPv4 address.

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface Network {
  readonly bits: 32 | 128;
  readonly prefix: number;
  readonly value: bigint;
}

/** The network that CIDR text names, a single address among them; undefined where it names none, or an address inside of one. */
export function parseNetwork(text: string): Network | undefined {
  const [host = '', length, ...rest] = text.split('/');
  const full = readAddress(host);
  if (!full || rest.length > 0 || (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length))) return undefined;
  const given = length === undefined ? full.bits : Number(length);
  if (given > full.bits) return undefined;
  const isMapped = full.bits === 128 && given >= 96 && full.value >> 32n === mappedPrefix;
  const { bits, value } = isMapped ? asIpv4(full) : full;
  const prefix = isMapped ? given - 96 : given;
  const hostBits = BigInt(bits - prefix);
  return value === (value >> hostBits) << hostBits ? { bits, prefix, value } : undefined;
}

/** Whether the address lies in the network. What is no address lies in none. */
export function isWithin(text: string, network: Network): boolean {
  const read = readAddress(text.replace(/%.*$/s, ''));
  if (!read) return false;
  const { bits, value } = read.value >> 32n === mappedPrefix && read.bits === 128 ? asIpv4(read) : read;
  const hostBits = BigInt(network.bits - network.prefix);
  return bits === network.bits && value >> hostBits === network.value >> hostBits;
}

/** Whether every address of `inner` lies in `outer`. */
export function contains(outer: Network, inner: Network): boolean {
  const hostBits = BigInt(outer.bits - outer.prefix);
  return (
    outer.bits === inner.bits && inner.prefix >= outer.prefix && inner.value >> hostBits === outer.value >> hostBits
  );
}

const mappedPrefix = 0xffffn;

function asIpv4({ value }: Address): Address {
  return { bits: 32, value: value & 0xffffffffn };
}

function readAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = readIpv4(text);
    return value === undefined ? undefined : { bits: 32, value };
  }
  const value = readIpv6(text);
  return value === undefined ? undefined : { bits: 128, value };
}

function readIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function readIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half, index) => readGroups(half, index === halves.length - 1));
  if (!left || (halves.length === 2 && !right)) return undefined;
  const missing = 8 - left.length - (right?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...left, ...Array<bigint>(missing).fill(0n), ...(right ?? [])];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

/** Groups of 16 bits; the last two may be written as an IPv4 address at the end. */
function readGroups(text: string, isEnd: boolean): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const tail = isEnd && index === parts.length - 1 ? readIpv4(part) : undefined;
    if (tail === undefined) return undefined;
    groups.push(tail >> 16n, tail & 0xffffn);
  }
  return groups;
}
