import { createHash } from 'node:crypto';

/** A script with the name by which Redis keeps it. */
export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

/**
 * Writes a batch, or nothing where the position is another than its beginning; returns that position then. All that can
 * fail (a key of another type) is tried before the first write: a script that stops in its middle is not undone.
 *
 * ```
 * KEYS  1 position  2 commands  3 events
 * ARGV  1 sequence before the batch      2 sequence, 3 hash and 4 time (ns) behind it
 *       5 when state expires (ms)
 *       6, 7 sequences behind which commands and events are trimmed; 0: not
 *       8 state, packed (`PackedTexts`), three texts a key: its name, when it expires (empty: as in 5), its value
 *       9 keys that are gone, packed
 *      10, 11, 12 how many entries of commands, of events, and messages follow, each two arguments:
 *         last sequence and bytes, channel and message
 *      13 hash before the batch
 * ```
 */
export const WRITE_BATCH = script(`
local stored = redis.call('HMGET', KEYS[1], 'sequence', 'hash')
local sequence = stored[1] or '0'
if sequence ~= ARGV[1] or (sequence ~= '0' and (stored[2] or '') ~= ARGV[13]) then return sequence end
local at = 14
for i = 1, tonumber(ARGV[10]) do
  redis.call('XADD', KEYS[2], ARGV[at] .. '-0', 'g', ARGV[at + 1])
  at = at + 2
end
for i = 1, tonumber(ARGV[11]) do
  redis.call('XADD', KEYS[3], ARGV[at] .. '-0', 'e', ARGV[at + 1])
  at = at + 2
end
redis.call('HSET', KEYS[1], 'sequence', ARGV[2], 'hash', ARGV[3], 'timeNs', ARGV[4])
if ARGV[6] ~= '0' then redis.call('XTRIM', KEYS[2], 'MINID', '~', ARGV[6] .. '-0') end
if ARGV[7] ~= '0' then redis.call('XTRIM', KEYS[3], 'MINID', '~', ARGV[7] .. '-0') end
local call, expiry = redis.call, ARGV[5]
local state = cmsgpack.unpack(ARGV[8])
for i = 1, #state, 3 do
  local own = state[i + 1]
  if own == '' then own = expiry end
  call('SET', state[i], state[i + 2], 'PXAT', own)
end
local gone = cmsgpack.unpack(ARGV[9])
for i = 1, #gone, 1000 do
  call('UNLINK', unpack(gone, i, math.min(i + 999, #gone)))
end
for i = 1, tonumber(ARGV[12]) do
  redis.call('PUBLISH', ARGV[at], ARGV[at + 1])
  at = at + 2
end
return false
`);

/**
 * Where the shard is: sequence, hash, and the last sequence of either stream (0: it is not there). Fails where the user
 * may not do all that a write does.
 *
 * ```
 * KEYS  1 position  2 commands  3 events  4 an order
 * ARGV  1 a channel
 * ```
 */
export const READ_POSITION = script(`
if redis.acl_check_cmd then
  for _, need in ipairs({
    { 'HGET', KEYS[1], 'sequence' }, { 'HSET', KEYS[1], 'sequence', '0' },
    { 'XADD', KEYS[2], '*', 'g', '' }, { 'XTRIM', KEYS[2], 'MINID', '0' }, { 'XADD', KEYS[3], '*', 'e', '' },
    { 'SET', KEYS[4], '' }, { 'UNLINK', KEYS[4] }, { 'PUBLISH', ARGV[1], '' },
  }) do
    if not redis.acl_check_cmd(unpack(need)) then
      return redis.error_reply('NOPERM the user may not ' .. need[1] .. ' ' .. need[2])
    end
  end
end
local function last(key)
  local entry = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  return entry and string.match(entry[1], '^%d+') or '0'
end
local stored = redis.call('HMGET', KEYS[1], 'sequence', 'hash')
return { stored[1] or '0', stored[2] or '', last(KEYS[2]), last(KEYS[3]) }
`);

function script(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
