// A scripted server that speaks the web-chat protocol from memory.
//
// It exists for what a real gateway cannot be made to do on demand: leave gaps, close with any
// code, refuse, acknowledge twice, answer out of order. What it does by itself is the plain
// case: it stores, acknowledges, answers with a quotation, replays. A test takes over single
// frames by `intercept`.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { until } from './until.mjs';

const WEB = fileURLToPath(new URL('../../gateway/web/', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };
const SUBPROTOCOL = 'signalbox.chat.v1';
export const CONTENT_SECURITY_POLICY = "default-src 'self'; connect-src 'self' ws: wss:";

export class Peer {
  threads = new Map();
  sessions = new Set();
  /** Every frame of every client, in order of arrival. */
  frames = [];
  beacons = [];
  /** `(session, frame) => true` if the test has dealt with it. */
  intercept = () => false;
  /** Answers the upgrade with 503, as a gateway that is not there. */
  isDown = false;
  /** How many upgrades it answered so. */
  refused = 0;
  replayLimit = 200;
  dwellMarks = [60_000];
  /** Refusals that wait to be sent; null while none has to. */
  #held = null;
  #visitors = 0;
  #http;

  static async start() {
    const peer = new Peer();
    peer.#http = createServer((request, response) => peer.#serve(request, response));
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL, maxPayload: 65_536 });
    peer.#http.on('upgrade', (request, socket, head) => {
      if (peer.isDown) {
        peer.refused += 1;
        const refuse = () => socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
        if (peer.#held === null) refuse();
        else peer.#held.push(refuse);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => new Session(peer, client));
    });
    await new Promise((done) => { peer.#http.listen(0, '127.0.0.1', done); });
    peer.url = `http://127.0.0.1:${peer.#http.address().port}/`;
    return peer;
  }

  async stop() {
    for (const refuse of this.#held ?? []) refuse();
    for (const session of this.sessions) session.client.terminate();
    this.#http.closeAllConnections();
    await new Promise((done) => { this.#http.close(done); });
  }

  /** The first frame, of those so far and those to come, that `matches`. */
  async frame(matches) {
    return until('a frame', () => this.frames.find(matches), () => JSON.stringify(this.frames.slice(-10)));
  }

  count(matches) {
    return this.frames.filter(matches).length;
  }

  /** The one session, or the newest that was welcomed. */
  get session() {
    return [...this.sessions].filter(({ thread }) => thread !== null).at(-1);
  }

  close(code, reason = '') {
    for (const session of this.sessions) session.client.close(code, reason);
  }

  /** Cuts the lines as a failing network does: without a word. */
  cut() {
    for (const session of this.sessions) session.client.terminate();
  }

  /** Leaves refused upgrades without their answer until the function that it returns is called. */
  holdRefusals() {
    this.#held = [];
    return () => {
      for (const refuse of this.#held ?? []) refuse();
      this.#held = null;
    };
  }

  /** Stores an event; unless `isHidden`, all sessions of the thread but `except` hear of it. */
  store(thread, kind, data, { isHidden = false, except = null } = {}) {
    const event = { t: 'event', seq: thread.events.length + 1, kind, data };
    thread.events.push(event);
    for (const session of this.sessions) {
      if (!isHidden && session.thread === thread && session !== except) session.send(event);
    }
    return event;
  }

  says(thread, text, options) {
    return this.store(thread, 'message', message('bot', text), options);
  }

  newVisitor() {
    const visitor = `visitor-${++this.#visitors}`;
    this.threads.set(visitor, { visitor, id: `c_${this.#visitors}`, events: [], cids: new Map(), isOpen: false });
    return visitor;
  }

  async #serve(request, response) {
    const { pathname } = new URL(request.url, this.url);
    if (request.method === 'POST' && pathname === '/v1/webchat/beacon') {
      // A browser that is closed in the middle of it aborts the request.
      const body = await request.toArray().then((parts) => parts.join(''), () => null);
      if (body !== null) this.beacons.push({ type: request.headers['content-type'], ...JSON.parse(body) });
      response.writeHead(204).end();
      return;
    }
    if (pathname === '/v1/webchat/config') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ sites: ['hello'], default_site: 'hello' }));
      return;
    }
    const path = pathname === '/' ? '/index.html' : normalize(pathname);
    try {
      const body = await readFile(join(WEB, path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)], 'content-security-policy': CONTENT_SECURITY_POLICY, 'access-control-allow-origin': '*', 'cache-control': 'no-cache' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }
}

export function message(from, text, more = {}) {
  return { id: `m_${randomUUID()}`, from, content: { type: 'text', text }, ts: new Date().toISOString(), ...more };
}

class Session {
  thread = null;

  constructor(peer, client) {
    this.peer = peer;
    this.client = client;
    peer.sessions.add(this);
    client.on('close', () => peer.sessions.delete(this));
    client.on('error', () => client.terminate());
    client.on('message', (data) => {
      const frame = JSON.parse(data);
      peer.frames.push(frame);
      if (!peer.intercept(this, frame)) this.handle(frame);
    });
  }

  send(frame) {
    this.client.send(JSON.stringify(frame));
  }

  handle(frame) {
    switch (frame.t) {
      case 'hello':
        return this.welcome(frame);
      case 'msg':
        return this.accept(frame);
      case 'sync':
        return this.replay(frame.from);
      case 'history':
        return this.history(frame);
      case 'ping':
        return this.send({ t: 'pong' });
      default:
        return undefined;
    }
  }

  welcome({ visitor, resume }, more = {}) {
    const known = this.peer.threads.has(visitor) ? visitor : this.peer.newVisitor();
    this.thread = this.peer.threads.get(known);
    const seq = this.thread.events.length;
    const conversation = seq === 0 ? null : { id: this.thread.id, seq, status: 'open', unread: 0 };
    const missed = resume?.conversation === this.thread.id ? seq - resume.last_seq : 0;
    const isResumed = missed <= this.peer.replayLimit;
    this.send({ t: 'welcome', session: `s_${randomUUID()}`, visitor: known, conversation, resumed: isResumed, limits: { max_bytes: 65_536, rate: '5/s', dwell_marks_ms: this.peer.dwellMarks }, ping_interval_ms: 25_000, server_time: new Date().toISOString(), ...more });
    if (!isResumed) this.send({ t: 'gap', from: resume.last_seq + 1, to: seq });
    this.replay(isResumed && resume !== null ? seq - missed : seq);
  }

  replay(from) {
    for (const event of this.thread.events.slice(from)) this.send(event);
    this.send({ t: 'synced', seq: this.thread.events.length });
  }

  history({ before_seq: before, limit }) {
    const older = this.thread.events.filter(({ seq }) => seq < before);
    this.send({ t: 'history', events: older.slice(-limit), has_more: older.length > limit });
  }

  accept({ cid, content }) {
    const { thread, peer } = this;
    const known = thread.cids.get(cid);
    if (known) {
      this.send(known);
      return;
    }
    const event = peer.store(thread, 'message', message('customer', content.text, { cid }), { except: this });
    const ack = { t: 'ack', cid, id: event.data.id, seq: event.seq, ts: event.data.ts, conversation: thread.id };
    thread.cids.set(cid, ack);
    this.send(ack);
    peer.store(thread, 'message', message('bot', `You said: ${content.text}`, { in_reply_to: cid }));
  }
}
