//! From what kept us from talking to a server to its consequence, with the real cause and what to look at.

use std::error::Error as _;
use std::io;

use lettre::transport::smtp::Error;
use rustls::CertificateError;
use signalbox_adapters::SendError;

use crate::answer::{busy, code};

/// What keeps the first words from being exchanged.
pub(crate) fn not_greeted(error: &Error) -> SendError {
    if let Some(code) = code(error) {
        return turned_away(error, code);
    }
    match io_error(error) {
        Some(error) => not_reached(error),
        None => no_words(error),
    }
}

/// What keeps an open connection from being encrypted.
pub(crate) fn not_encrypted(error: &Error) -> SendError {
    if let Some(code) = code(error) {
        if error.is_permanent() {
            return unauthorized(
                Some(code),
                "the mail server refuses to encrypt the connection (STARTTLS); ask its operator, or use another port",
            );
        }
        return busy("the mail server cannot encrypt the connection at the moment");
    }
    match io_error(error).and_then(tls_error) {
        Some(error) => not_trusted(error),
        None => busy("the connection to the mail server broke off while it was being encrypted"),
    }
}

/// It greets with a refusal, or does not want the name that we give.
fn turned_away(error: &Error, code: i64) -> SendError {
    if error.is_permanent() {
        return unauthorized(
            Some(code),
            "the mail server turns this machine away before anybody signs in; ask its operator about this machine's address, and see the account's hello",
        );
    }
    busy("the mail server takes no connections at the moment")
}

fn not_reached(error: &io::Error) -> SendError {
    if let Some(error) = tls_error(error) {
        return not_trusted(error);
    }
    busy(match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "nothing takes connections there; look whether host and port are right and the mail server runs"
        }
        io::ErrorKind::TimedOut => {
            "the mail server could not be reached in time; look whether host and port are right, and for a firewall that stands between"
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "there is no way to the mail server's network; look at this machine's network"
        }
        _ => {
            "the connection to the mail server broke off before it had greeted; look whether port and tls fit each other"
        }
    })
}

/// It is connected, and what came is no greeting.
fn no_words(error: &Error) -> SendError {
    let is_cut = error
        .source()
        .is_some_and(|source| source.to_string() == "incomplete response");
    busy(if is_cut {
        "the mail server closed the connection before it had greeted; look whether port and tls fit each other"
    } else {
        "what answers there speaks no SMTP; look whether host, port and tls are the mail server's"
    })
}

fn not_trusted(error: &rustls::Error) -> SendError {
    let reason = match error {
        rustls::Error::InvalidCertificate(error) => certificate(error),
        rustls::Error::InvalidMessage(_) => {
            "what answers there does not begin with encryption; `tls: starttls` (port 587) is for servers that greet first"
        }
        _ => {
            "the mail server and signalbox found no encryption that both know; signalbox needs TLS 1.2 or newer"
        }
    };
    unauthorized(None, reason)
}

fn certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the mail server's certificate has expired; its operator has to renew it (or this machine's clock is wrong)"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the mail server's certificate is not valid yet; look at this machine's clock"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the mail server's certificate is for another name; write that name as the account's host"
        }
        // The latter is a namesake of somebody known.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "nobody known vouches for the mail server's certificate; write its authority's certificate as the account's ca_file"
        }
        _ => "the mail server's certificate is not to be trusted; see its operator",
    }
}

fn unauthorized(code: Option<i64>, reason: &'static str) -> SendError {
    SendError::Unauthorized { code, reason }
}

fn io_error(error: &Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(error) = inner.downcast_ref() {
            return Some(error);
        }
        source = inner.source();
    }
    None
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}
