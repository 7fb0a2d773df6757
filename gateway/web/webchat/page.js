// The chat page at `/`: the whole window is the chat. `?site=NAME` chooses the site, else the
// gateway says which one is the default.

import { Chat } from './chat.js';
import { backOffMs } from './connection.js';

const base = new URL('.', document.baseURI);
const chat = new Chat({
  base,
  site: new URLSearchParams(location.search).get('site') ?? await defaultSite(),
  tokenProvider: tokenProvider(),
  isPanel: false,
  on: {
    unread: () => {},
    close: () => {},
    language: (text) => {
      document.documentElement.lang = text.language;
      document.title = text.title;
    },
  },
});
document.querySelector('#chat').replaceChildren(chat.view.node);
chat.start();
// On a phone this would bring up the keyboard over the conversation.
if (matchMedia('(hover: hover)').matches) chat.view.focusComposer();

// Another customer's address in the same tab changes nothing but what stands behind `#`.
if (mayCarryToken()) addEventListener('hashchange', () => location.reload());

/**
 * On this machine the address may carry a logged-in user's token behind `#`, to try what users see. Nowhere else: a link
 * could make a stranger chat in its sender's account.
 */
function tokenProvider() {
  if (!mayCarryToken()) return null;
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  return token === null ? null : () => token;
}

function mayCarryToken() {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(location.hostname);
}

async function defaultSite() {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await fetch(new URL('v1/webchat/config', base));
      if (response.ok) return (await response.json()).default_site;
    } catch {
      // The gateway restarts just now: it is asked again below.
    }
    await new Promise((done) => { setTimeout(done, backOffMs(attempt)); });
  }
}
