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

local find, sub, format = string.find, string.sub, string.format

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(ms) return format('%.0f', ms) end

local known = redis.call('HMGET', meta, 'schema', 'declared', 'help', 'unit', 'until', 'swept', 'rows')
if known[1] and known[1] ~= ARGV[1] then return {'schema', known[1]} end
if known[2] and known[2] ~= ARGV[9] then
  local rows = known[7] and tonumber(known[7])
  if not rows or rows > now then return {'declared', known[2]} end
  -- Nothing is left of what was declared so.
  redis.call('UNLINK', series, each)
end
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
  local space = find(row, ' ', 1, true)
  if not space then return nil end
  local deadline = sub(row, 1, space - 1)
  if deadline ~= '-' and tonumber(deadline) <= now then return nil end
  return sub(row, space + 1)
end

local function sum(stored, added)
  if added == '0' then return stored end
  return format('%.17g', tonumber(stored) + tonumber(added))
end

-- The sums of numbers and others, each with the one at its place.
local function add(stored, added)
  if tonumber(stored) and tonumber(added) then return sum(stored, added) end
  local sums, count = {}, 0
  local next_added = string.gmatch(added, '%S+')
  for word in string.gmatch(stored, '%S+') do
    local more = next_added()
    if not more then return added end
    count = count + 1
    sums[count] = sum(word, more)
  end
  if next_added() then return added end
  return table.concat(sums, ' ')
end

-- What is stored of these lines, by field.
local function rows(first, last)
  local fields = {}
  for line = first, last, 3 do fields[#fields + 1] = ARGV[line + 2] end
  local found = redis.call('HMGET', series, unpack(fields))
  local all = {}
  for nth = 1, #fields do all[fields[nth]] = current(found[nth]) end
  return all
end

-- Writes lines of one sign. A field may come twice: what counts is what was made of it before.
local function write(sign, first, last)
  local key, sets = sign == '@' and each or series, {}
  local stored = (sign == '+' or sign == '~') and rows(first, last)
  for line = first, last, 3 do
    local value, field = ARGV[line + 1], ARGV[line + 2]
    local row
    if sign == '@' then
      field = writer .. '\t' .. field
      row = (goes and leased or keep) .. ' ' .. text(now) .. ' ' .. instance .. ' ' .. value
    else
      local before = stored and stored[field]
      if sign == '+' and before then value = add(before, value) end
      if sign == '~' then value = before or value ~= '' and value end
      if stored then stored[field] = value end
      row = value and keep .. ' ' .. value
    end
    if row then
      sets[#sets + 1] = field
      sets[#sets + 1] = row
    end
  end
  if sets[1] then redis.call('HSET', key, unpack(sets)) end
end

-- A small hash is a list, which is gone through for each field, until a value in it is long. No line
-- has this field.
local long, many = '\n', #ARGV > 12 + 3 * 256
local hash = of_each and each or series
if many then redis.call('HSET', hash, long, string.rep(' ', 65)) end

local at = 13
while ARGV[at] do
  local sign, value, field = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local last = at
  if sign == '-' then
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
  elseif sign == '@' and value == '' then
    redis.call('HDEL', each, writer .. '\t' .. field)
  else
    -- With those that follow and are of the same kind; what goes to a call has to fit on a stack.
    local most = at + 3 * 499
    while last < most and ARGV[last + 3] == sign and not (sign == '@' and ARGV[last + 4] == '') do
      last = last + 3
    end
    write(sign, at, last)
  end
  at = last + 3
end
if many then redis.call('HDEL', hash, long) end

local remembered = tonumber(ARGV[12])
redis.call('HSET', writers, writer, text(now + remembered) .. ' ' .. ARGV[2])
if known[2] ~= ARGV[9] or known[3] ~= ARGV[10] or known[4] ~= ARGV[11] then
  redis.call('HSET', meta, 'schema', ARGV[1], 'declared', ARGV[9], 'help', ARGV[10], 'unit', ARGV[11])
end

-- The keys go when all that is in them is over.
local all = known[5]
if all ~= '-' then
  if forever then
    redis.call('HSET', meta, 'until', '-', 'rows', '-')
    for _, key in ipairs(KEYS) do redis.call('PERSIST', key) end
  else
    local longest = math.max(now + ttl, now + lease, now + remembered, tonumber(all or 0))
    local rows = math.max(now + ttl, goes and now + lease or 0, tonumber(known[7] or 0))
    redis.call('HSET', meta, 'until', text(longest), 'rows', text(rows))
    for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, text(longest)) end
  end
end

-- What is over is removed, a part of it at a time: all of it is looked at in about four minutes, and
-- the more there is the more often, since a part is no longer than what is done in a moment.
local sizes = {redis.call('HLEN', series), redis.call('HLEN', each), redis.call('HLEN', writers)}
local function sweep(key, cursor, size)
  if size == 0 then return end
  local count = math.min(100 + math.floor(size / 50), 600)
  local from = redis.call('HGET', meta, cursor) or '0'
  local page = redis.call('HSCAN', key, from, 'COUNT', count)
  local rows = page[2]
  for i = 1, #rows, 2 do
    local deadline = string.match(rows[i + 1], '^%d+')
    if deadline and tonumber(deadline) <= now then redis.call('HDEL', key, rows[i]) end
  end
  redis.call('HSET', meta, cursor, page[1])
end
local pause = math.min(5000, 250000 * 500 / (math.max(unpack(sizes)) + 1))
if now - tonumber(known[6] or 0) > pause then
  redis.call('HSET', meta, 'swept', text(now))
  sweep(series, 'series', sizes[1])
  sweep(each, 'each', sizes[2])
  sweep(writers, 'writers', sizes[3])
end
return {known[2] and 'applied' or 'new'}
