local node, nonce, now, till, till_exactly = take(), take(), take(), take(), take()
local held = redis.call('HMGET', head, 'nonce', 'node', 'until', 'until_exactly')
if held[1] and held[2] ~= node and tonumber(now) < tonumber(held[3]) then
  return { 'held', held[4] }
end
-- Owners in a row that ended at this position, with records behind it, without giving the partition up.
local position, ended_here = counter('position'), 0
if held[1] and counter('tail') > position then
  ended_here = 1
  if redis.call('HGET', head, 'ended_at') == string.format('%.0f', position) then
    ended_here = counter('ended_here') + 1
  end
  redis.call('HSET', head, 'ended_at', string.format('%.0f', position), 'ended_here', ended_here)
else
  redis.call('HDEL', head, 'ended_at', 'ended_here')
end
local epoch = redis.call('HINCRBY', head, 'epoch', 1)
redis.call('HSET', head, 'nonce', nonce, 'node', node, 'until', till, 'until_exactly', till_exactly)
return { 'granted', digits(epoch), digits(position), digits(counter('tail')), digits(ended_here) }
