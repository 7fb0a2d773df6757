if is_fenced() then
  return { 'fenced' }
end
local id, outcome = take(), take()
if outcome == 'done' then
  withdraw(id)
elseif outcome == 'retry' then
  local due, due_exactly, counts = take(), take(), take()
  local entry = redis.call('HGET', entries, id)
  if entry then
    local attempts = string.format('%010.0f', tonumber(entry:sub(49, 58)) + tonumber(counts))
    local changed = entry:sub(1, 32) .. digits(due) .. attempts .. due_exactly .. entry:sub(71)
    redis.call('HSET', entries, id, changed)
    local placed = entry:sub(1, 16) .. id
    if redis.call('ZSCORE', due_heads, placed) then
      redis.call('ZADD', due_heads, due, placed)
    end
  end
else
  local reason, at_exactly = take(), take()
  local entry = withdraw(id)
  if entry then
    bury(id, entry, reason, at_exactly)
  end
end
if take() == 'receipt' then
  append()
end
return { 'done' }
