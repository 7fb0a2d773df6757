import { test } from 'node:test';
import { Peer } from '../peer.mjs';
import { startBrowser } from '../browser.mjs';
test('a customer chats', async () => {
  const peer = await Peer.start();
  const browser = await startBrowser();
  const chat = await browser.open(peer.url);
  await chat.isOnline();
  await chat.say('hello');
  await chat.shows(['hello', 'You said: hello']);
  await chat.page.screenshot({path:'/tmp/s1.png'});
  console.log(chat.problems);
  await browser.close(); await peer.stop();
});
