// The customers' stories against the gateway that SIGNALBOX_URL names, with the example `hello`.

import { after, before, test } from 'node:test';
import { startBrowser } from '../browser.mjs';
import { stories } from '../stories.mjs';

const GATEWAY = process.env.SIGNALBOX_URL;
// A port P such that the site `hello` allows the origin http://127.0.0.1:P.
const SITE_PORT = process.env.SIGNALBOX_SITE_PORT;

if (GATEWAY === undefined) {
  test('a running gateway', { skip: 'SIGNALBOX_URL names none' }, () => {});
} else {
  let browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.close());
  stories({ test, url: () => new URL('/', GATEWAY).href, browser: () => browser, sitePort: SITE_PORT === undefined ? null : Number(SITE_PORT) });
}
