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
 *       5 what keys of the shard begin with     6 when state expires (ms)
 *       7, 8 sequences behind which commands and events are trimmed; 0: not
 *       9 state: three lines a key: the rest of its name, when it expires (none: as in 6), the value
 *      10 what is gone: a line a key
 *      11, 12, 13 how many entries of commands, of events, and messages follow, each two arguments:
 *         last sequence and bytes, channel and message
 * ```
 */
export const WRITE_BATCH = script(`
local stored = redis.call('HGET', KEYS[1], 'sequence') or '0'
if stored ~= ARGV[1] then return stored end
local at = 14
for i = 1, tonumber(ARGV[11]) do
  redis.call('XADD', KEYS[2], ARGV[at] .. '-0', 'g', ARGV[at + 1])
  at = at + 2
end
for i = 1, tonumber(ARGV[12]) do
  redis.call('XADD', KEYS[3], ARGV[at] .. '-0', 'e', ARGV[at + 1])
  at = at + 2
end
redis.call('HSET', KEYS[1], 'sequence', ARGV[2], 'hash', ARGV[3], 'timeNs', ARGV[4])
if ARGV[7] ~= '0' then redis.call('XTRIM', KEYS[2], 'MINID', '~', ARGV[7] .. '-0') end
if ARGV[8] ~= '0' then redis.call('XTRIM', KEYS[3], 'MINID', '~', ARGV[8] .. '-0') end
local find, sub = string.find, string.sub
local prefix, expiry = ARGV[5], ARGV[6]
local state, from = ARGV[9], 1
local name = find(state, '\\n', from, true)
while name do
  local ends = find(state, '\\n', name + 1, true)
  local value = find(state, '\\n', ends + 1, true)
  local own = expiry
  if ends > name + 1 then own = sub(state, name + 1, ends - 1) end
  redis.call('SET', prefix .. sub(state, from, name - 1), sub(state, ends + 1, value - 1), 'PXAT', own)
  from = value + 1
  name = find(state, '\\n', from, true)
end
local gone, keys, count = ARGV[10], {}, 0
from = 1
name = find(gone, '\\n', from, true)
while name do
  count = count + 1
  keys[count] = prefix .. sub(gone, from, name - 1)
  if count == 1000 then
    redis.call('UNLINK', unpack(keys))
    keys, count = {}, 0
  end
  from = name + 1
  name = find(gone, '\\n', from, true)
end
if count > 0 then redis.call('UNLINK', unpack(keys)) end
for i = 1, tonumber(ARGV[13]) do
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
