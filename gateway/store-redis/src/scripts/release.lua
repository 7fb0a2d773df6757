if is_fenced() then
  return { 'fenced' }
end
redis.call('HDEL', head, 'nonce', 'node', 'until', 'until_exactly')
return { 'done' }
