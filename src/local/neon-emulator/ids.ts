/**
 * Owns identifiers and secrets that look like Neon's. It is the emulator's only source of randomness.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';

const adjectives =
  'aged ancient autumn billowing bitter black blue bold broad broken calm cold cool crimson damp dark dawn delicate divine dry empty falling fancy flat floral fragrant frosty gentle green hidden holy icy jolly late lingering little lively long lucky misty morning muddy nameless noisy odd old orange patient plain polished proud purple quiet rapid raspy red restless rough round royal shiny shrill shy silent small snowy soft solitary sparkling spring square steep still summer super sweet tight tiny twilight wandering weathered white wild winter wispy withered yellow young'.split(
    ' ',
  );
const nouns =
  'art band bar base bird block boat bonus bread breeze brook bush butterfly cake cell cherry cloud credit darkness dawn dew disk dream dust feather field fire firefly flower fog forest frog frost glade glitter grass hall hat haze heart hill king lab lake leaf limit math meadow mode moon morning mountain mouse mud night paper pine poetry pond queen rain recipe resonance rice river salad scene sea shadow shape silence sky smoke snow snowflake sound star sun sunset surf term thunder tooth tree truth union unit violet voice water waterfall wave wildflower wind wood'.split(
    ' ',
  );
const lettersAndDigits = 'abcdefghijklmnopqrstuvwxyz0123456789';
const passwordLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const branchId = () => `br-${words()}-${pick(lettersAndDigits, 8)}`;
export const endpointId = () => `ep-${words()}-${pick(lettersAndDigits, 8)}`;
export const snapshotId = () => `snap-${words()}-${pick(lettersAndDigits, 8)}`;
export const projectId = () => `${words()}-${pick('0123456789', 8)}`;
export const organizationId = () => `org-${words()}-${pick('0123456789', 8)}`;
export const personId = () => randomUUID();
export const clusterId = () => `cluster-${randomBytes(6).toString('hex')}`;
export const travelId = () => `travel-${randomBytes(6).toString('hex')}`;
export const baseId = () => `base-${randomBytes(4).toString('hex')}`;
export const operationId = () => randomUUID();
export const apiKey = () => `napi_${pick(lettersAndDigits, 64)}`;
export const password = () => `npg_${pick(passwordLetters, 20)}`;

function words(): string {
  return `${adjectives[randomInt(adjectives.length)]}-${nouns[randomInt(nouns.length)]}`;
}

function pick(from: string, length: number): string {
  return Array.from({ length }, () => from[randomInt(from.length)]).join('');
}
