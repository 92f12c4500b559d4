-- Lists families, each for as long as it may have series: who reads asks for those of now.
-- KEYS: the list. ARGV: how long, or "-", and the name, of each family.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for at = 1, #ARGV, 2 do
  local till = ARGV[at] == '-' and '+inf' or string.format('%.0f', now + ARGV[at])
  redis.call('ZADD', KEYS[1], 'GT', till, ARGV[at + 1])
end
-- Those that ended a day ago.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - 86400000))
return #ARGV / 2
