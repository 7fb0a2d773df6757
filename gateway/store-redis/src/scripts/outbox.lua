-- Answers id and entry of each, a thread's line after the other.
local answer = {}
for _, line in ipairs(redis.call('ZRANGEBYLEX', lines, '-', '+', 'LIMIT', 0, take())) do
  local id = line:sub(33)
  answer[#answer + 1] = id
  answer[#answer + 1] = redis.call('HGET', entries, id)
end
return answer
