"""Receives answers: proves each and prints it once. APP_SECRET=whsec_… python3 receive.py [PORT]; nothing to install."""
import base64, hashlib, hmac, json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["APP_SECRET"].removeprefix("whsec_"))
TOLERANCE_SECONDS, MAX_BYTES = 300, 1 << 20
seen = set()  # in earnest a table with a unique key, written together with what the message leads to


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(min(int(self.headers["content-length"] or 0), MAX_BYTES))
        name, at = self.headers["webhook-id"] or "", self.headers["webhook-timestamp"] or ""
        right = hmac.new(KEY, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
        right = b"v1," + base64.b64encode(right)
        found = (self.headers["webhook-signature"] or "").encode().split()
        is_fresh = at.isdigit() and abs(time.time() - int(at)) <= TOLERANCE_SECONDS
        if not is_fresh or not any([hmac.compare_digest(right, one) for one in found]):
            return self.send_error(401)
        if name not in seen:  # the same id comes again when our answer was lost
            seen.add(name)
            data = json.loads(body)["data"]
            print(data["contact"]["external_id"], data["content"]["text"], flush=True)
        self.send_response(204)
        self.end_headers()


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8088), Receiver)
print("listening on", server.server_port, flush=True)
server.serve_forever()
