local name = take()
local version = redis.call('HGET', tag .. ':versions', name)
if not version then
  return {}
end
return { version, redis.call('HGET', tag .. ':records', name) }
