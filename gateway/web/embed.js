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

  const widget = pageIsParsed()
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

  // Then there is a body, and the page's own scripts have defined what `data-token-callback` names.
  function pageIsParsed() {
    if (document.readyState !== 'loading') return Promise.resolve();
    return new Promise((done) => { document.addEventListener('DOMContentLoaded', done, { once: true }); });
  }

  function callByName(name) {
    const parts = name.split('.');
    const method = parts.pop();
    const owner = parts.reduce((object, part) => object?.[part], window);
    if (typeof owner?.[method] === 'function') return owner[method]();
    // Not anonymous instead: a user's conversation would go to a stranger's.
    const problem = `signalbox: data-token-callback names \`${name}\`, which is no function on this page`;
    console.error(problem);
    throw new Error(problem);
  }
})();
