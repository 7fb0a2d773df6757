if is_fenced() then
  return { 'fenced' }
end
local till, till_exactly = take(), take()
redis.call('HSET', head, 'until', till, 'until_exactly', till_exactly)
return { 'done' }
