if is_fenced() then
  return { 'fenced' }
end
local now, now_exactly, limit = take(), take(), take()
local timers = tag .. ':timers'
local due = redis.call('ZRANGEBYSCORE', timers, '-inf', now, 'LIMIT', 0, limit)
for _, id in ipairs(due) do
  local record = redis.call('HGET', tag .. ':timer', id)
  redis.call('ZREM', timers, id)
  redis.call('HDEL', tag .. ':timer', id)
  receive('timer', record, id .. now_exactly)
end
return { 'done', digits(#due) }
