// Adds the chat to any site:
//
//   <script src="https://GATEWAY/embed.js" data-site="shop-a" async></script>
//
// `data-token-callback="shop.chatToken"` names a global function that returns (a promise of) the
// JWT of the logged-in user, or null. `window.signalboxChat` opens, closes, signs in and out; it
// may be called at once, it waits for the chat to be there.

(() => {
  const script = document.currentScript;
  if (script === null || window.signalboxChat !== undefined) return;
  const { site, tokenCallback } = script.dataset;
  if (!site) {
    console.error('signalbox: the script tag needs data-site="NAME", the name of the site in the gateway\'s configuration');
    return;
  }
  const base = new URL('.', script.src);

  const widget = bodyIsThere()
    .then(() => import(new URL('webchat/widget.js', base)))
    .then(({ openWidget }) => openWidget({ base, site, tokenProvider: tokenCallback ? () => callByName(tokenCallback) : null }));
  widget.catch((problem) => console.error('signalbox: the chat could not be loaded; is the gateway allowed by this page\'s Content-Security-Policy?', problem));

  window.signalboxChat = {
    open: () => widget.then((chat) => chat.open()),
    close: () => widget.then((chat) => chat.close()),
    signIn: (token) => widget.then((chat) => chat.signIn(token)),
    signOut: () => widget.then((chat) => chat.signOut()),
    remove: () => widget.then((chat) => chat.remove()).then(() => { delete window.signalboxChat; }),
  };

  function bodyIsThere() {
    if (document.body !== null) return Promise.resolve();
    return new Promise((done) => { document.addEventListener('DOMContentLoaded', done, { once: true }); });
  }

  function callByName(name) {
    const parts = name.split('.');
    const method = parts.pop();
    const owner = parts.reduce((object, part) => object?.[part], window);
    return owner?.[method]?.() ?? null;
  }
})();
