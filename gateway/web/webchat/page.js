// The chat page at `/`: the whole window is the chat. `?site=NAME` chooses the site, else the
// gateway says which one is the default.

import { Chat } from './chat.js';
import { backOffMs } from './connection.js';

const base = new URL('.', document.baseURI);
const chat = new Chat({
  base,
  site: new URLSearchParams(location.search).get('site') ?? await defaultSite(),
  tokenProvider: null,
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
