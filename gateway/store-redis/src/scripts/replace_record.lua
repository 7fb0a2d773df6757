local name, expected, bytes = take(), tonumber(take()), take()
local version = tonumber(redis.call('HGET', tag .. ':versions', name) or '0')
if version ~= expected then
  return { 'other' }
end
redis.call('HSET', tag .. ':versions', name, string.format('%.0f', expected + 1))
redis.call('HSET', tag .. ':records', name, bytes)
return { 'done' }
