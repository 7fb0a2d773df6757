// A customer of the web chat who says things and waits for each answer.

import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

const WebSocket = createRequire(new URL('../browser/package.json', import.meta.url))('ws');

/** Says `texts` one after the other. Resolves when the last one is answered; fails if the line ends before. */
export async function chat(gateway, texts) {
  const socket = new WebSocket(new URL('/v1/webchat/ws', gateway).href.replace('http', 'ws'), 'signalbox.chat.v1', { origin: new URL(gateway).origin });
  const left = [...texts];
  const say = () => socket.send(JSON.stringify({ t: 'msg', cid: randomUUID(), content: { type: 'text', text: left[0] } }));
  await new Promise((done, failed) => {
    socket.on('error', failed);
    socket.on('close', (code, reason) => failed(new Error(`closed before the answer: ${code} ${reason}`)));
    socket.on('open', () => socket.send(JSON.stringify({ t: 'hello', v: 1, site: 'hello', token: null, visitor: null, device: randomUUID(), resume: null, locale: 'en', tz: 'UTC', caps: ['ack'] })));
    socket.on('message', (data) => {
      const frame = JSON.parse(data);
      if (frame.t === 'synced') say();
      if (frame.t === 'event' && frame.data.from === 'bot') {
        left.shift();
        if (left.length === 0) done();
        else say();
      }
    });
  });
  socket.close(1000);
}
