// The customers' stories against the scripted peer.

import { after, before, test } from 'node:test';
import { startBrowser } from '../browser.mjs';
import { Peer } from '../peer.mjs';
import { stories } from '../stories.mjs';

let browser;
let peer;
before(async () => {
  browser = await startBrowser();
  peer = await Peer.start();
});
after(async () => {
  await browser?.close();
  await peer?.stop();
});

stories({ test, url: () => peer.url, browser: () => browser, sitePort: 0 });
