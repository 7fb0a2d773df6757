// The customers' stories against the gateway that SIGNALBOX_URL names, with the example `hello`.

import { after, before, test } from 'node:test';
import { startBrowser } from '../browser.mjs';
import { stories } from '../stories.mjs';

const GATEWAY = process.env.SIGNALBOX_URL;

if (GATEWAY === undefined) {
  test('a running gateway', { skip: 'SIGNALBOX_URL names none' }, () => {});
} else {
  let browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.close());
  stories({ test, url: () => new URL('/', GATEWAY).href, browser: () => browser });
}
