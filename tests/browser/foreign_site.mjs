// Somebody else's site with the chat on it: another origin, a strict content security policy,
// and a style sheet that would spoil whatever it could reach.

import { createServer } from 'node:http';

const STYLE = '* { color: red !important; font-size: 40px !important; display: block !important; letter-spacing: 9px } button { position: static !important }';

/**
 * * `gateway`: its base URL, ending in `/`.
 * * `attributes`: more attributes for the script tag.
 * * `port`: where it listens; 0 for any free one.
 * * `script`: what the site's own script holds, such as the token callback.
 */
export async function startForeignSite({ gateway, attributes = '', script = '', port = 0 }) {
  const policy = `default-src 'none'; style-src 'self'; script-src 'self' ${new URL(gateway).origin}; connect-src ${new URL(gateway).origin} ${gateway.replace('http', 'ws')}`;
  const page = `<!doctype html><html lang="en"><head><title>Shop</title><link rel="stylesheet" href="/shop.css"><script src="/shop.js"></script>
    <script src="${gateway}embed.js" data-site="hello" ${attributes} async></script></head><body><main><h1>Shop</h1><p>Tea, fresh from the hills.</p></main></body></html>`;
  const server = createServer(({ url }, response) => {
    if (url === '/shop.css') response.writeHead(200, { 'content-type': 'text/css' }).end(STYLE);
    else if (url === '/shop.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else if (url.startsWith('/favicon')) response.writeHead(204).end();
    else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }).end(page);
  });
  await new Promise((done) => { server.listen(port, '127.0.0.1', done); });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => { server.close(done); });
    },
  };
}
