-- KEYS[1] is a partition's tag; every key of the partition begins with it, so all of them lie in one slot.
-- Counters stay far below 2^53, the greatest number that Lua counts exactly; ids and moments are bytes.
local tag = KEYS[1]
local head = tag .. ':head'
local inbox = tag .. ':inbox'
local said = tag .. ':said'
local argument = 1

local function take()
  local value = ARGV[argument]
  argument = argument + 1
  return value
end

local function digits(number)
  return string.format('%016.0f', number)
end

local function counter(name)
  return tonumber(redis.call('HGET', head, name) or '0')
end

-- Takes epoch and nonce, and tells whether they are the owner's.
local function is_fenced()
  local epoch, nonce = take(), take()
  local owner = redis.call('HMGET', head, 'epoch', 'nonce')
  return owner[1] ~= epoch or owner[2] ~= nonce
end

-- Adds an entry to a thread's transcript. The archive has it when it has the inbox up to `archived_with`.
local function say(thread, archived_with, record)
  local sequence = redis.call('HINCRBY', tag .. ':last', thread, 1)
  local place = thread .. digits(sequence)
  redis.call('HSET', said, place, digits(archived_with) .. record)
  return sequence, place
end

-- Adds a record to the inbox. `kind` tells how `value` and `more` are read, see `inbox.lua`.
local function receive(kind, value, more)
  local offset = redis.call('HINCRBY', head, 'tail', 1)
  redis.call('XADD', inbox, string.format('%.0f-0', offset), kind, value, 'more', more)
  return offset
end

-- Takes an event and keeps it, once.
local function append()
  local key, fingerprint, receipt, at = take(), take(), take(), take()
  local thread, is_sequenced, record = take(), take(), take()
  local dedupe = tag .. ':dedupe'
  local row = redis.call('HGET', dedupe, key)
  if row then
    if row:sub(1, 16) ~= fingerprint then
      return { 'conflicting' }
    end
    return { 'repeated', row:sub(33, 48), row:sub(49) }
  end
  local offset, sequence = counter('tail') + 1, 0
  if is_sequenced == '1' then
    local place
    sequence, place = say(thread, offset, record)
    receive('said', place, '')
  else
    receive('unseen', record, '')
  end
  redis.call('HSET', dedupe, key, fingerprint .. digits(at) .. digits(sequence) .. receipt)
  return { 'accepted', digits(offset), digits(sequence) }
end

-- A thread's line in the outbox: places of all lines lie in one set, in the order of bytes.
local lines = tag .. ':lines'
local due_heads = tag .. ':due'
local entries = tag .. ':entries'

local function first_of_line(thread)
  return redis.call('ZRANGEBYLEX', lines, '[' .. thread, '(' .. thread .. ':', 'LIMIT', 0, 1)[1]
end

-- An entry is kept as place (16 digits), thread (16 bytes), when it is due for comparing (16 digits), attempts (10 digits),
-- when it is due exactly (12 bytes), and what never changes.
local function line_of(entry, id)
  return entry:sub(17, 32) .. entry:sub(1, 16) .. id
end

local function make_head(line)
  local id = line:sub(33)
  local due = redis.call('HGET', entries, id):sub(33, 48)
  redis.call('ZADD', due_heads, tonumber(due), line:sub(17, 32) .. id)
end

local function placed_entry(thread, due, due_exactly, attempts, rest)
  local place = digits(redis.call('HINCRBY', head, 'place', 1))
  return place .. thread .. digits(due) .. string.format('%010.0f', attempts) .. due_exactly .. rest, place
end

local function send(id, thread, due, due_exactly, attempts, rest)
  if redis.call('HEXISTS', entries, id) == 1 then
    return
  end
  local entry, place = placed_entry(thread, due, due_exactly, attempts, rest)
  redis.call('HSET', entries, id, entry)
  local line = thread .. place .. id
  redis.call('ZADD', lines, 0, line)
  if first_of_line(thread) == line then
    make_head(line)
  end
end

local function withdraw(id)
  local entry = redis.call('HGET', entries, id)
  if not entry then
    return nil
  end
  redis.call('HDEL', entries, id)
  redis.call('ZREM', lines, line_of(entry, id))
  if redis.call('ZREM', due_heads, entry:sub(1, 16) .. id) == 1 then
    local next_line = first_of_line(entry:sub(17, 32))
    if next_line then
      make_head(next_line)
    end
  end
  return entry
end

-- Keeps an entry that will not leave by itself.
local function bury(id, entry, reason, at_exactly)
  local number = redis.call('HINCRBY', head, 'letters', 1)
  redis.call('XADD', tag .. ':letters', string.format('%.0f-0', number),
    'id', id, 'entry', entry, 'reason', reason, 'at', at_exactly)
end
