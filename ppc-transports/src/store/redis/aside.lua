-- Moves what is stored of a family to other keys, unless something is there already: another
-- declaration can take its name.
-- KEYS: what is declared, the series, what each process says; then the same to move them to.
if redis.call('EXISTS', KEYS[4]) == 0 then
  for i = 1, 3 do
    if redis.call('EXISTS', KEYS[i]) == 1 then
      redis.call('RENAME', KEYS[i], KEYS[i + 3])
      redis.call('PERSIST', KEYS[i + 3])
    end
  end
end
if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('HSETNX', KEYS[4], 'mark', ARGV[1]) end
return redis.call('EXISTS', KEYS[4])
