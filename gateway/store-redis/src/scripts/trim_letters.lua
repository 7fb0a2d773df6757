if is_fenced() then
  return { 'fenced' }
end
local at_most, first = take(), take()
local letters = tag .. ':letters'
local gone = redis.call('XTRIM', letters, 'MAXLEN', at_most)
gone = gone + redis.call('XTRIM', letters, 'MINID', first)
return { 'done', digits(gone) }
