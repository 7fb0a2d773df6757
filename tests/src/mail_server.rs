//! A real mail server, Exim, that wants encryption and a password and puts every mail into a directory.
//!
//! It needs no port of its own choice and no rights: this process listens, and each connection gets an Exim of its own, as from
//! inetd, run as a user that owns nothing else. Postfix and OpenSMTPD only start as root; Dovecot would only hand mail on.

use std::fs;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::task::AbortHandle;

use crate::until::until;

const EXIM: &str = "/usr/sbin/exim4";
/// Debian's `nobody`: whom root runs it as.
const NOBODY: u32 = 65_534;
/// Who may send.
pub const USER: &str = "shop";
/// With which password.
pub const PASSWORD: &str = "s3cret-of-the-shop";
/// Mail for anybody of this name is refused: `550`.
pub const NO_SUCH_MAILBOX: &str = "missing";

/// The server. Dropped, it takes no more connections.
#[derive(Debug)]
pub struct MailServer {
    address: SocketAddr,
    directory: TempDir,
    serving: AbortHandle,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl MailServer {
    /// A server of this test's own.
    ///
    /// # Panics
    /// When Exim is not installed.
    pub async fn start() -> Self {
        assert!(
            Path::new(EXIM).exists(),
            "{EXIM} is installed; .ci/install-test-tools does it"
        );
        let directory = TempDir::new().expect("a temporary directory");
        let ours = fs::metadata("/proc/self").expect("this process").uid();
        let owner = if ours == 0 { NOBODY } else { ours };
        for name in ["", "spool", "mail"] {
            let path = directory.path().join(name);
            fs::create_dir_all(&path).expect("a directory");
            chown(&path, Some(owner), Some(owner)).expect("its owner");
        }
        certificate(directory.path(), owner).await;
        let configuration = directory.path().join("exim.conf");
        fs::write(&configuration, settings(directory.path(), owner)).expect("its configuration");

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut exim = serve(&configuration, stream, owner);
                tokio::spawn(async move { exim.wait().await });
            }
        });
        Self {
            address,
            directory,
            serving: serving.abort_handle(),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who vouches for it.
    pub fn certificate(&self) -> PathBuf {
        self.directory.path().join("cert.pem")
    }

    /// The mails that it took, each whole, once they are so many.
    pub async fn mails(&self, count: usize) -> Vec<String> {
        let new = self.directory.path().join("mail/new");
        let enough = async || {
            let files = fs::read_dir(&new).into_iter().flatten().flatten();
            let mails: Vec<_> = files
                .filter_map(|file| fs::read_to_string(file.path()).ok())
                .collect();
            (mails.len() >= count).then_some(mails)
        };
        until("the mails are there", enough).await.0
    }
}

fn serve(configuration: &Path, stream: TcpStream, owner: u32) -> tokio::process::Child {
    let stream = stream.into_std().expect("a socket");
    stream.set_nonblocking(false).expect("a socket that blocks");
    let copy = stream.try_clone().expect("a second handle");
    let mut command = Command::new(EXIM);
    command
        .arg("-C")
        .arg(configuration)
        // SMTP on standard input, each mail delivered before the next command.
        .args(["-bs", "-odi"])
        .stdin(Stdio::from(OwnedFd::from(stream)))
        .stdout(Stdio::from(OwnedFd::from(copy)))
        .stderr(Stdio::null())
        .kill_on_drop(true);
    if owner == NOBODY {
        command.uid(owner).gid(owner);
    }
    command.spawn().expect("Exim starts")
}

async fn certificate(directory: &Path, owner: u32) {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args([
            "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
        ])
        .args(["-subj", "/CN=mail.test"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .current_dir(directory)
        .output()
        .await
        .expect("openssl is installed; .ci/install-test-tools does it");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    chown(directory.join("key.pem"), Some(owner), Some(owner)).expect("the key's owner");
}

fn settings(directory: &Path, owner: u32) -> String {
    let directory = directory.display();
    format!(
        "exim_user = {owner}
exim_group = {owner}
never_users =
spool_directory = {directory}/spool
log_file_path = {directory}/spool/%slog
primary_hostname = mail.test
domainlist local_domains = *
tls_advertise_hosts = *
tls_certificate = {directory}/cert.pem
tls_privatekey = {directory}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = recipient
acl_smtp_data = accept
host_lookup =
rfc1413_hosts =
keep_environment =
timezone =

begin acl
recipient:
  deny !authenticated = *
       message = sign in first
  deny local_parts = {NO_SUCH_MAILBOX}
       message = 5.1.1 no such mailbox
  accept

begin routers
everybody:
  driver = accept
  transport = directory

begin transports
directory:
  driver = appendfile
  directory = {directory}/mail
  maildir_format
  user = {owner}
  group = {owner}

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth2
"
    )
}
