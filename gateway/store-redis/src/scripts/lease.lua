local node, nonce, now, till, till_exactly = take(), take(), take(), take(), take()
local held = redis.call('HMGET', head, 'nonce', 'node', 'until', 'until_exactly')
if held[1] and held[2] ~= node and tonumber(now) < tonumber(held[3]) then
  return { 'held', held[4] }
end
local epoch = redis.call('HINCRBY', head, 'epoch', 1)
redis.call('HSET', head, 'nonce', nonce, 'node', node, 'until', till, 'until_exactly', till_exactly)
return { 'granted', digits(epoch), digits(counter('position')), digits(counter('tail')) }
