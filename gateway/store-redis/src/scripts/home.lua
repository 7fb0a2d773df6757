local thread, candidate = take(), take()
redis.call('HSETNX', tag .. ':homes', thread, candidate)
return { redis.call('HGET', tag .. ':homes', thread) }
