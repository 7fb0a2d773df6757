local thread, candidate = take(), take()
redis.call('HSETNX', tag .. ':keys', thread, candidate)
return { redis.call('HGET', tag .. ':keys', thread) }
