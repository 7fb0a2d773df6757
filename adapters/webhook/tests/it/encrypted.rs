//! Over TLS: only to whom the right authorities vouch for.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use signalbox_adapters::{Adapter, SendError};
use signalbox_tests::until::within_patience;
use signalbox_webhook::{Allowed, EndpointError, EndpointSettings};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::{part, settings, webhooks};

/// Answers 204 to every POST, behind the certificate in its folder.
const RECEIVER: &str = r#"
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()
server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"#;

/// The receiver, its port, and the folder with its certificate, which is for 127.0.0.1 and vouches for itself.
async fn receiver() -> (Child, u16, TempDir) {
    let folder = TempDir::new().unwrap();
    certificate(folder.path()).await;
    let mut receiver = Command::new("python3")
        .args(["-c", RECEIVER])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(receiver.stdout.take().unwrap()).lines();
    let port = within_patience("its port", lines.next_line()).await;
    let port = port.unwrap().unwrap().parse().unwrap();
    (receiver, port, folder)
}

async fn certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args([
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
            "-days",
            "2",
            "-subj",
            "/CN=receiver",
        ])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .status()
        .await
        .unwrap();
    assert!(made.success(), "a certificate is made");
}

fn encrypted(host: &str, port: u16, authorities: Option<Vec<u8>>) -> EndpointSettings {
    EndpointSettings {
        allow_http: false,
        allowed: Allowed::parse(["127.0.0.0/8", "::1"]).unwrap(),
        authorities,
        ..settings(format!("https://{host}:{port}/"))
    }
}

#[tokio::test]
async fn a_message_goes_only_to_whom_the_right_authorities_vouch_for() {
    let (_receiver, port, folder) = receiver().await;
    let pem = fs::read(folder.path().join("cert.pem")).unwrap();
    let known = webhooks(encrypted("127.0.0.1", port, Some(pem.clone())));
    assert_eq!(known.send(&part()).await.map(|_| ()), Ok(()));

    let unknown = webhooks(encrypted("127.0.0.1", port, None));
    let of_another_name = webhooks(encrypted("localhost", port, Some(pem)));
    for webhooks in [unknown, of_another_name] {
        let end = webhooks.send(&part()).await;
        assert!(
            matches!(end, Err(SendError::Unauthorized { code: None, .. })),
            "{end:?}"
        );
    }
}

#[test]
fn a_file_without_certificates_is_told() {
    let made = signalbox_webhook::Endpoint::new(encrypted("127.0.0.1", 443, Some(b"x".to_vec())));
    assert_eq!(made.err(), Some(EndpointError::NoCertificates));
}
