-- Answers sequence and record of each. `before` is '' for the first entries behind `after`, else the last before it.
local thread, after, before, limit = take(), tonumber(take()), take(), tonumber(take())
local last = tonumber(redis.call('HGET', tag .. ':last', thread) or '0')
local first = tonumber(redis.call('HGET', tag .. ':first', thread) or '1')
local from, to
if before == '' then
  from = math.max(after + 1, first)
  to = math.min(from + limit - 1, last)
else
  to = math.min(tonumber(before) - 1, last)
  from = math.max(to - limit + 1, first)
end
local answer = {}
for sequence = from, to do
  local number = digits(sequence)
  local record = redis.call('HGET', said, thread .. number)
  answer[#answer + 1] = number
  answer[#answer + 1] = record and record:sub(17)
end
return answer
