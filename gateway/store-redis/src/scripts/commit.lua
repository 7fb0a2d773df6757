if is_fenced() then
  return { 'fenced' }
end
local from, to, batch = tonumber(take()), tonumber(take()), take()

-- The batches committed at the present position, the newest last. A late copy of one of them must be recognised even where
-- another batch that left the position came in between; a copy of an older one meets another position.
local BATCHES_REMEMBERED = 256
local batches = tag .. ':batches'
if redis.call('LPOS', batches, batch) then
  return { 'already' }
end
local position = counter('position')
if from ~= position or to < from or to > counter('tail') then
  return { 'conflict', digits(position) }
end
if to > from then
  redis.call('HSET', head, 'position', string.format('%.0f', to))
  redis.call('DEL', batches)
end
redis.call('RPUSH', batches, batch)
redis.call('LTRIM', batches, -BATCHES_REMEMBERED, -1)

for _ = 1, tonumber(take()) do
  local thread, state = take(), take()
  if state == '' then
    redis.call('HDEL', tag .. ':states', thread)
  else
    redis.call('HSET', tag .. ':states', thread, state)
  end
end
local answer = { 'committed' }
for _ = 1, tonumber(take()) do
  local thread, record = take(), take()
  answer[#answer + 1] = digits((say(thread, to, record)))
end
for _ = 1, tonumber(take()) do
  local id, thread, due, due_exactly, attempts, rest = take(), take(), take(), take(), take(), take()
  send(id, thread, due, due_exactly, attempts, rest)
end
-- After the new entries: a batch may withdraw what an earlier event of it has sent off.
for _ = 1, tonumber(take()) do
  withdraw(take())
end
for _ = 1, tonumber(take()) do
  local id, due, record = take(), take(), take()
  if record == '' then
    redis.call('ZREM', tag .. ':timers', id)
    redis.call('HDEL', tag .. ':timer', id)
  else
    redis.call('ZADD', tag .. ':timers', due, id)
    redis.call('HSET', tag .. ':timer', id, record)
  end
end
for _ = 1, tonumber(take()) do
  local offset, record, earlier = take(), take(), take()
  if earlier == '' then
    redis.call('XADD', tag .. ':journal', offset .. '-0', 'record', record)
  else
    redis.call('XADD', tag .. ':journal', offset .. '-0', 'record', record, 'earlier', earlier)
  end
end
for _ = 1, tonumber(take()) do
  local id, thread, due, due_exactly, attempts, rest = take(), take(), take(), take(), take(), take()
  local entry = placed_entry(thread, due, due_exactly, attempts, rest)
  bury(id, entry, take(), take())
end
return answer
