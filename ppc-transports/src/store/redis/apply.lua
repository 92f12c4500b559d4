-- Applies one chunk of a family, all of it or nothing.
--
-- KEYS: what is declared, the series, what each process says, the numbers of writers.
-- ARGV: the schema; the chunk's number and the one it comes after; how long a series is kept, or "-";
-- how long what goes with its process is; what becomes of values; writer and instance; declaration,
-- help and unit; how long the number is remembered; then sign, value and field of each line.
local meta, series, each, writers = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local number, after = tonumber(ARGV[2]), tonumber(ARGV[3])
local ttl, lease, class = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local writer, instance = ARGV[7], ARGV[8]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(ms) return string.format('%.0f', ms) end

local known = redis.call('HMGET', meta, 'schema', 'declared', 'help', 'unit', 'until', 'swept')
if known[1] and known[1] ~= ARGV[1] then return {'schema', known[1]} end
if known[2] and known[2] ~= ARGV[9] then return {'declared', known[2]} end
local mark = redis.call('HGET', writers, writer)
local last = mark and tonumber(string.match(mark, ' (%d+)$')) or 0
if last >= number then return {'seen'} end
if after > last then return {'order'} end

local forever = ttl == nil
local keep = forever and '-' or text(now + ttl)
local leased = text(now + lease)
local goes = class == 'lease'
local of_each = goes or class == 'each'

-- The value of a row whose time is not over.
local function current(row)
  if not row then return nil end
  local space = string.find(row, ' ', 1, true)
  if not space then return nil end
  local deadline = string.sub(row, 1, space - 1)
  if deadline ~= '-' and tonumber(deadline) <= now then return nil end
  return string.sub(row, space + 1)
end

-- The sums of numbers and others, each with the one at its place.
local function add(stored, added)
  local sums, count = {}, 0
  local next_added = string.gmatch(added, '%S+')
  for word in string.gmatch(stored, '%S+') do
    local more = next_added()
    if not more then return added end
    count = count + 1
    if more == '0' then
      sums[count] = word
    else
      sums[count] = string.format('%.17g', tonumber(word) + tonumber(more))
    end
  end
  if next_added() then return added end
  return table.concat(sums, ' ')
end

local at = 13
while ARGV[at] do
  local sign, value, field = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  at = at + 3
  if sign == '+' then
    local stored = current(redis.call('HGET', series, field))
    if stored then value = add(stored, value) end
    redis.call('HSET', series, field, keep .. ' ' .. value)
  elseif sign == '=' then
    redis.call('HSET', series, field, keep .. ' ' .. value)
  elseif sign == '~' then
    local stored = current(redis.call('HGET', series, field))
    if stored then redis.call('HSET', series, field, keep .. ' ' .. stored) end
  elseif sign == '@' then
    local place = writer .. '\t' .. field
    if value == '' then
      redis.call('HDEL', each, place)
    else
      local row = (goes and leased or keep) .. ' ' .. text(now) .. ' ' .. instance .. ' ' .. value
      redis.call('HSET', each, place, row)
    end
  elseif sign == '-' then
    if of_each then
      -- What others said of it is found when it is read.
      redis.call('HDEL', each, writer .. '\t' .. field)
      local till = forever and not goes and '-' or text(now + math.max(ttl or 0, lease))
      redis.call('HSET', series, field, till .. ' ' .. text(now - 1))
    else
      redis.call('HDEL', series, field)
    end
  elseif sign == '!' then
    redis.call('UNLINK', series, each)
  end
end

local remembered = tonumber(ARGV[12])
redis.call('HSET', writers, writer, text(now + remembered) .. ' ' .. ARGV[2])
if not known[2] or known[3] ~= ARGV[10] or known[4] ~= ARGV[11] then
  redis.call('HSET', meta, 'schema', ARGV[1], 'declared', ARGV[9], 'help', ARGV[10], 'unit', ARGV[11])
end

-- The keys go when all that is in them is over.
local all = known[5]
if all ~= '-' then
  if forever then
    redis.call('HSET', meta, 'until', '-')
    for _, key in ipairs(KEYS) do redis.call('PERSIST', key) end
  else
    local longest = math.max(now + ttl, now + lease, now + remembered, tonumber(all or 0))
    redis.call('HSET', meta, 'until', text(longest))
    for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, text(longest)) end
  end
end

-- What is over is removed, a part of it at a time.
local function sweep(key, cursor)
  local count = 100 + math.floor(redis.call('HLEN', key) / 50)
  local from = redis.call('HGET', meta, cursor) or '0'
  local page = redis.call('HSCAN', key, from, 'COUNT', count)
  local rows = page[2]
  for i = 1, #rows, 2 do
    local deadline = string.match(rows[i + 1], '^%d+')
    if deadline and tonumber(deadline) <= now then redis.call('HDEL', key, rows[i]) end
  end
  redis.call('HSET', meta, cursor, page[1])
end
if now - tonumber(known[6] or 0) > 5000 then
  redis.call('HSET', meta, 'swept', text(now))
  sweep(series, 'series')
  sweep(each, 'each')
  sweep(writers, 'writers')
end
return {known[2] and 'applied' or 'new'}
