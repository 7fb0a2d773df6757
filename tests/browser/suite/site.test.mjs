// The chat as part of somebody's site: logged-in users, unread messages, page events.

import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { startBrowser, withCustomer } from '../browser.mjs';
import { withClock } from '../clock.mjs';
import { startForeignSite } from '../foreign_site.mjs';
import { Peer } from '../peer.mjs';
import { until } from '../until.mjs';

let browser;
let peer;
let site = null;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());
beforeEach(async () => { peer = await Peer.start(); });
afterEach(async () => {
  await site?.stop();
  site = null;
  await peer.stop();
});

const story = (name, tell, options = {}) => test(name, () => withCustomer(browser, options, tell));
const pageEvents = (kind) => peer.frames.filter((frame) => frame.t === 'page' && frame.kind === kind);
const CALLBACK = {
  attributes: 'data-token-callback="shop.chatToken"',
  script: 'let minted = 0; window.shop = { chatToken: async () => `token-${++minted}` };',
};

story('a logged-in user is presented by the token of the site, renewed in time', async (customer) => {
  site = await startForeignSite({ gateway: peer.url, ...CALLBACK });
  await customer.open(site.url);
  const hello = await peer.frame(({ t }) => t === 'hello');
  assert.equal(hello.token, 'token-1');
  await until('the welcome', () => peer.session);
  peer.session.send({ t: 'token_expiring', in_s: 300 });
  assert.deepEqual(await peer.frame(({ t }) => t === 'auth'), { t: 'auth', token: 'token-2' });
});

story('a rejected token is replaced once; if that is rejected too, the chat stops', async (customer) => {
  peer.intercept = (session, { t }) => {
    if (t === 'hello') session.client.close(4401);
    return t === 'hello';
  };
  site = await startForeignSite({ gateway: peer.url, ...CALLBACK });
  const chat = await customer.open(site.url);
  await chat.page.getByRole('button', { name: 'Open chat' }).click();
  await chat.page.getByRole('button', { name: 'Try again' }).waitFor();
  assert.deepEqual(peer.frames.map(({ token }) => token), ['token-1', 'token-2']);
});

story('signing in takes the visitor along, signing out forgets everything', async (customer) => {
  site = await startForeignSite({ gateway: peer.url });
  const chat = await customer.open(site.url);
  await chat.page.getByRole('button', { name: 'Open chat' }).click();
  await chat.isOnline();
  await chat.say('anonymous');
  await chat.isAnswered(['anonymous']);
  await chat.page.evaluate(() => window.signalboxChat.signIn('token-of-user'));
  assert.deepEqual(await peer.frame(({ t }) => t === 'auth'), { t: 'auth', token: 'token-of-user' });
  await chat.page.evaluate(() => window.signalboxChat.signOut());
  await until('a second hello', () => peer.count(({ t }) => t === 'hello') === 2);
  const hello = peer.frames.findLast(({ t }) => t === 'hello');
  assert.deepEqual([hello.visitor, hello.token, hello.resume], [null, null, null]);
  await chat.shows([]);
});

story('a login in the same conversation keeps what is shown, and goes on', async (customer) => {
  site = await startForeignSite({ gateway: peer.url });
  const chat = await customer.open(site.url);
  await chat.page.getByRole('button', { name: 'Open chat' }).click();
  await chat.isOnline();
  await chat.say('anonymous');
  await chat.isAnswered(['anonymous']);
  // As the gateway does: the user takes the visitor's thread over, and the visitor token is another.
  const { thread } = peer.session;
  peer.threads.set('another-visitor', thread);
  peer.intercept = (session, { t }) => {
    if (t !== 'auth') return false;
    session.welcome({ visitor: 'another-visitor', resume: { conversation: thread.id, last_seq: thread.events.length } });
    return true;
  };
  await chat.page.evaluate(() => window.signalboxChat.signIn('token-of-user'));
  await peer.frame(({ t }) => t === 'auth');
  await chat.isAnswered(['anonymous']);
  await chat.say('known');
  await chat.isAnswered(['anonymous', 'known']);
});

story('signing out in one tab forgets in all', async (customer) => {
  const [one, other] = [await customer.open(peer.url), await customer.open(peer.url)];
  await one.isOnline();
  await other.isOnline();
  await one.say('secret');
  await other.isAnswered(['secret']);
  // What signing out does to the storage that the tabs share.
  await one.page.evaluate(() => localStorage.removeItem('signalbox:hello:visitor'));
  await other.shows([]);
});

story('after signing out the site is not asked for a token until somebody signs in', async (customer) => {
  site = await startForeignSite({ gateway: peer.url, ...CALLBACK });
  const chat = await customer.open(site.url);
  await until('the welcome', () => peer.session);
  await chat.page.evaluate(() => window.signalboxChat.signOut());
  await until('a second hello', () => peer.count(({ t }) => t === 'hello') === 2);
  assert.equal(peer.frames.findLast(({ t }) => t === 'hello').token, null);
  await until('the welcome', () => peer.session);
  await chat.page.evaluate(() => window.signalboxChat.signIn('token-of-next'));
  await peer.frame(({ t, token }) => t === 'auth' && token === 'token-of-next');
  peer.session.send({ t: 'token_expiring', in_s: 300 });
  await peer.frame(({ t, token }) => t === 'auth' && token === 'token-2');
});

story('a login between hello and welcome is not lost', async (customer) => {
  let greet;
  peer.intercept = (session, frame) => {
    if (frame.t === 'hello') greet = () => session.handle(frame);
    return frame.t === 'hello';
  };
  site = await startForeignSite({ gateway: peer.url });
  const chat = await customer.open(site.url);
  await peer.frame(({ t }) => t === 'hello');
  await chat.page.evaluate(() => window.signalboxChat.signIn('early'));
  greet();
  await peer.frame(({ t, token }) => t === 'auth' && token === 'early');
});

story('a token callback that is not there is an error, not an anonymous chat', async (customer) => {
  site = await startForeignSite({ gateway: peer.url, attributes: 'data-token-callback="shop.misspelt"' });
  const chat = await customer.open(site.url);
  await until('the error', () => chat.problems.some((problem) => problem.includes('shop.misspelt')));
  chat.problems.length = 0;
  await chat.page.evaluate(() => window.signalboxChat.remove());
  await until('no more attempts', async () => await chat.page.locator('signalbox-chat').count() === 0);
  chat.problems.length = 0;
  assert.equal(peer.count(({ t }) => t === 'hello'), 0);
});

story('a folded chat counts what is new and has seen nothing', async (customer) => {
  site = await startForeignSite({ gateway: peer.url });
  const chat = await customer.open(site.url);
  const open = chat.page.getByRole('button', { name: /^Open chat/ });
  await open.click();
  await chat.isOnline();
  await chat.say('hello');
  await chat.isAnswered(['hello']);
  await until('the answer to be seen', () => peer.frames.some(({ t, seq }) => t === 'seen' && seq === 2));
  await chat.page.getByRole('button', { name: 'Close chat' }).first().click();
  const seenBefore = peer.count(({ t }) => t === 'seen');
  peer.says(peer.session.thread, 'one');
  peer.says(peer.session.thread, 'two');
  await chat.page.getByRole('button', { name: 'Open chat, 2 new' }).waitFor();
  await chat.page.getByText('2 new messages in the chat').waitFor();
  assert.equal(peer.count(({ t }) => t === 'seen'), seenBefore);
  await open.click();
  await until('all to be seen', () => peer.frames.some(({ t, seq }) => t === 'seen' && seq === 4));
  await chat.page.keyboard.press('Escape');
  await chat.page.getByRole('button', { name: 'Open chat', exact: true }).waitFor();
});

story('the widget can be taken away', async (customer) => {
  site = await startForeignSite({ gateway: peer.url });
  const chat = await customer.open(site.url);
  await until('the welcome', () => peer.session);
  await chat.page.evaluate(() => window.signalboxChat.remove());
  await until('the socket to be let go', () => peer.sessions.size === 0);
  assert.equal(await chat.page.locator('signalbox-chat').count(), 0);
});

story('a phone gives the open widget its whole screen', async (customer) => {
  site = await startForeignSite({ gateway: peer.url });
  const chat = await customer.open(site.url);
  await chat.page.getByRole('button', { name: 'Open chat' }).click();
  const box = await chat.page.getByRole('dialog').boundingBox();
  assert.deepEqual(box, { x: 0, y: 0, width: 360, height: 640 });
}, { viewport: { width: 360, height: 640 }, reducedMotion: 'reduce' });

story('page events tell view, dwell and leave, without what the address hides', async (customer) => {
  peer.dwellMarks = [60_000, 300_000];
  const chat = await customer.open(`${peer.url}?site=hello&email=a@b.example&utm_campaign=tea#token`, withClock);
  await chat.isOnline();
  await until('the view', () => pageEvents('view').length === 1);
  assert.equal(pageEvents('view')[0].url, `${peer.url}?utm_campaign=tea`);
  await chat.page.clock.fastForward(61_000);
  await until('the first mark', () => pageEvents('dwell').length === 1);
  const [dwell] = pageEvents('dwell');
  assert.ok(dwell.dwell_ms >= 60_000 && dwell.dwell_ms < 62_000, `${dwell.dwell_ms}`);
  // A ping went with it: its answer must be there before its deadline is.
  await chat.hasHeard(peer.session);
  await chat.page.clock.fastForward(200_000);
  await until('another ping', () => peer.count(({ t }) => t === 'ping') === 2);
  await chat.hasHeard(peer.session);
  assert.equal(pageEvents('dwell').length, 1, 'the second mark is not reached');
  await chat.page.clock.fastForward(60_000);
  await until('the second mark', () => pageEvents('dwell').length === 2);
  await chat.page.goto('about:blank');
  const beacon = await until('the beacon', () => peer.beacons.at(-1));
  assert.match(beacon.type, /^text\/plain/);
  assert.equal(beacon.visitor, 'visitor-1');
  assert.equal(beacon.events.at(-1).kind, 'leave');
  assert.ok(beacon.events.at(-1).dwell_ms >= 320_000);
});

story('hidden time does not count as dwell', async (customer) => {
  peer.dwellMarks = [60_000];
  const chat = await customer.open(peer.url, withClock);
  await chat.isOnline();
  await chat.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await chat.page.clock.fastForward(120_000);
  await until('the change', () => pageEvents('visibility').length === 1);
  assert.equal(pageEvents('visibility')[0].visible, false);
  assert.equal(pageEvents('dwell').length, 0);
});

story('who does not want to be tracked is not', async (customer) => {
  const chat = await customer.open(peer.url, (page) => page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' });
  }));
  await chat.isOnline();
  await chat.say('hello');
  await chat.isAnswered(['hello']);
  assert.equal(peer.count(({ t }) => t === 'page'), 0);
});

story('a site that is one long page is told apart by its addresses', async (customer) => {
  site = await startForeignSite({ gateway: peer.url });
  const chat = await customer.open(site.url);
  await until('the view', () => pageEvents('view').length === 1);
  await chat.page.evaluate(() => history.pushState(null, '', '/tea?id=7'));
  await until('the second view', () => pageEvents('view').length === 2);
  assert.equal(pageEvents('view')[1].url, `${site.url}tea`);
  assert.equal(pageEvents('leave').length, 1);
});
