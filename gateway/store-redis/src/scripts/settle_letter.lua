-- The letter is named by its number in the stream and by its entry's id, so that nobody else's goes.
if is_fenced() then
  return { 'fenced' }
end
local number, id, verdict = take(), take(), take()
local letters = tag .. ':letters'
local found = redis.call('XRANGE', letters, number, number)[1]
if not found or found[2][2] ~= id then
  return { 'done', digits(0) }
end
redis.call('XDEL', letters, found[1])
if verdict == 'retry' then
  local thread, due, due_exactly, rest = take(), take(), take(), take()
  send(id, thread, due, due_exactly, 0, rest)
end
return { 'done', digits(1) }
