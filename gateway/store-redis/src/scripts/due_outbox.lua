-- Answers id and entry of each.
local now, limit = take(), take()
local answer = {}
for _, placed in ipairs(redis.call('ZRANGEBYSCORE', due_heads, '-inf', now, 'LIMIT', 0, limit)) do
  local id = placed:sub(17)
  answer[#answer + 1] = id
  answer[#answer + 1] = redis.call('HGET', entries, id)
end
return answer
