local epoch = ARGV[argument]
if is_fenced() then
  return { 'fenced' }
end
local offset, before = take(), 0
if redis.call('HGET', head, 'tried') == offset then
  before = counter('tries')
  if redis.call('HGET', head, 'tried_in') == epoch then
    return { 'done', digits(before - 1) }
  end
end
redis.call('HSET', head, 'tried', offset, 'tries', string.format('%.0f', before + 1), 'tried_in', epoch)
return { 'done', digits(before) }
