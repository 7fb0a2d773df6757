-- One part of a trim: at most RECORDS of the inbox, at most ENTRIES of each transcript that they name, and about ROWS of the
-- dedupe rows. Answers how far the partition is trimmed; the caller asks again until that is far enough. What is left of a long
-- transcript goes with the next trims that name it.
local RECORDS, ENTRIES, ROWS = 64, 256, 1000
if is_fenced() then
  return { 'fenced' }
end
local archived, keep, dedupe_before = tonumber(take()), tonumber(take()), tonumber(take())
local trimmed = counter('trimmed')
archived = math.min(archived, counter('position'), trimmed + RECORDS)
if archived > trimmed then
  local named = {}
  local going = redis.call('XRANGE', inbox, '-', string.format('%.0f', archived), 'COUNT', RECORDS)
  for _, entry in ipairs(going) do
    -- Records of every kind begin with their thread.
    named[entry[2][2]:sub(1, 16)] = true
  end
  for thread in pairs(named) do
    local first = tonumber(redis.call('HGET', tag .. ':first', thread) or '1')
    local last = tonumber(redis.call('HGET', tag .. ':last', thread) or '0')
    local sequence = first
    -- What stays has no gap: a reply can be archived before a message that came while it was decided.
    while sequence <= last - keep and sequence < first + ENTRIES do
      local place = thread .. digits(sequence)
      local record = redis.call('HGET', said, place)
      if record and tonumber(record:sub(1, 16)) > archived then
        break
      end
      redis.call('HDEL', said, place)
      sequence = sequence + 1
    end
    if sequence > first then
      redis.call('HSET', tag .. ':first', thread, string.format('%.0f', sequence))
    end
  end
  local kept = string.format('%.0f-0', archived + 1)
  redis.call('XTRIM', inbox, 'MINID', kept)
  redis.call('XTRIM', tag .. ':journal', 'MINID', kept)
  redis.call('HSET', head, 'trimmed', string.format('%.0f', archived))
end
local dedupe = tag .. ':dedupe'
local swept = redis.call('HSCAN', dedupe, redis.call('HGET', head, 'sweep') or '0', 'COUNT', ROWS)
redis.call('HSET', head, 'sweep', swept[1])
local rows = swept[2]
for index = 1, #rows, 2 do
  if tonumber(rows[index + 1]:sub(17, 32)) < dedupe_before then
    redis.call('HDEL', dedupe, rows[index])
  end
end
return { 'done', digits(math.max(archived, trimmed)) }
