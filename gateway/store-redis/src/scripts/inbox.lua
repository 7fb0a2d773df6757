-- Answers offset, kind, what the kind adds, and the record, of each.
local answer = {}
for _, entry in ipairs(redis.call('XRANGE', inbox, ARGV[1], '+', 'COUNT', ARGV[2])) do
  local kind, value, more = entry[2][1], entry[2][2], entry[2][4]
  if kind == 'said' then
    more = value:sub(17)
    local record = redis.call('HGET', said, value)
    value = record and record:sub(17)
  end
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = kind
  answer[#answer + 1] = more
  answer[#answer + 1] = value
end
return answer
