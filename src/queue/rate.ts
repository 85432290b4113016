// Owns the rate limit of Neon accounts in Redis: `core/rate.ts` as one Lua script each, by Redis's clock, one hash an account.
// It knows no Neon and waits for nothing but Redis: it fails at once where Redis is away.

import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import {
  divisorMax,
  lookAt,
  type RateBucket,
  type RateLimits,
  routeKey,
  sameRefusalUs,
  shrinkStepUs,
  type Taken,
  toGates,
  toMs,
  toUs,
} from '../core/rate.ts';

interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** Longer than anything that is remembered but a hold, which prolongs it: an account that nobody calls leaves no key. */
const keepMs = 3_600_000;

const beginning = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function kept(field) return tonumber(redis.call('HGET', KEYS[1], field) or 0) end
local held, shrunk = kept('held'), kept('shrunk')
local divisor = math.max(1, kept('divisor'))
local steps = math.max(0, math.floor((now - shrunk) / ${shrinkStepUs}))
local present = math.max(1, math.floor(divisor / 2 ^ steps))
local function expire()
  redis.call('PEXPIRE', KEYS[1], ${keepMs} + math.max(0, math.ceil((held - now) / 1000)))
end`;

const takeScript = script(`${beginning}
local isRest, route = ARGV[1] == 'rest', ARGV[2]
local waitMax, reach = tonumber(ARGV[3]), tonumber(ARGV[4])
local allEmission, allTolerance = tonumber(ARGV[5]), tonumber(ARGV[6])
local restEmission, restTolerance = tonumber(ARGV[7]), tonumber(ARGV[8])
local routeEmission, routeTolerance = tonumber(ARGV[9]), tonumber(ARGV[10])
local allUsed, restUsed, routeUsed = kept('all'), kept('rest'), kept(route)
local line = isRest and restUsed - restTolerance or allUsed - allTolerance
local slot = math.max(now, held, line, routeUsed - routeTolerance)
local deniedFor = slot - now - waitMax
if isRest then deniedFor = math.max(deniedFor, math.max(allUsed, slot) - now - reach) end
if deniedFor > 0 then return {now, present, slot - now, deniedFor} end
local function charge(field, used, emission)
  redis.call('HSET', KEYS[1], field, string.format('%.0f', math.max(used, slot) + emission * present))
end
charge('all', allUsed, allEmission)
if isRest then charge('rest', restUsed, restEmission) end
charge(route, routeUsed, routeEmission)
expire()
return {now, present, slot - now, 0}`);

const shrinkScript = script(`${beginning}
held = math.max(held, now + tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'held', string.format('%.0f', held))
if now >= shrunk + ${sameRefusalUs} then
  local divided = math.min(${divisorMax}, present * 2)
  redis.call('HSET', KEYS[1], 'shrunk', string.format('%.0f', now), 'divisor', string.format('%.0f', divided))
end
expire()
return 0`);

const heldScript = script(`${beginning}
return math.max(0, held - now)`);

const lookScript = script(`${beginning}
return {kept('all') - now, present}`);

/** A bucket for every account, under keys that begin with `prefix`. */
export function rateBucketOnRedis(redis: Redis, options: { prefix: string; limits: RateLimits }): RateBucket {
  const gates = toGates(options.limits);
  const { all, rest, route, restReachUs } = gates;
  const lines = [restReachUs, ...[all, rest, route].flatMap((gate) => [gate.emissionUs, gate.toleranceUs])];
  const run = (chosen: Script, accountId: string, values: (string | number)[]): Promise<unknown> =>
    runScript(redis, chosen, [`${options.prefix}:rate:${accountId}`, ...values]);
  return {
    async take(accountId, ask) {
      const asked = [ask.share, routeKey(ask), toUs(ask.waitMaxMs)];
      return toTaken(await run(takeScript, accountId, [...asked, ...lines]));
    },
    async shrink(accountId, retryAfterMs) {
      await run(shrinkScript, accountId, [toUs(retryAfterMs)]);
    },
    async getHeldMs(accountId) {
      return toMs(Number(await run(heldScript, accountId, [])));
    },
    async look(accountId) {
      const answer = await run(lookScript, accountId, []);
      const [usedUs = 0, divisor = 1] = Array.isArray(answer) ? answer.map(Number) : [];
      return lookAt(gates, { usedUs, divisor });
    },
  };
}

/** Redis forgets scripts when it is restarted or flushed: it is then sent the text again, which does the same. */
async function runScript(redis: Redis, { lua, sha }: Script, keyAndValues: (string | number)[]): Promise<unknown> {
  // The client would keep the command until Redis is back, which nobody waits for.
  if (redis.status !== 'ready') throw new Error(`Redis is away (${redis.status}).`);
  try {
    return await redis.evalsha(sha, 1, ...keyAndValues);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return redis.eval(lua, 1, ...keyAndValues);
    throw error;
  }
}

function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

function toTaken(answer: unknown): Taken {
  const [atUs, divisor, waitUs, deniedForUs] = Array.isArray(answer) ? answer.map(Number) : [];
  if (atUs === undefined || divisor === undefined || waitUs === undefined || deniedForUs === undefined) {
    throw new Error('Redis did not answer a take with four numbers: nothing is known to be reserved.');
  }
  return deniedForUs > 0 ? { atUs, divisor, deniedForMs: toMs(deniedForUs) } : { atUs, divisor, waitMs: toMs(waitUs) };
}
