//! Which pages may open a chat.
//!
//! A browser names the page's origin on every upgrade and lets no script change it, so it is compared whole: scheme,
//! host and port. A pattern `https://*.shop.example` stands for the hosts below `shop.example`, at any depth, and not
//! for `shop.example` itself. An entry `self` stands for the gateway's own page: the origin whose host and port are the
//! ones that the request was sent to. The opaque origin `null` matches nothing.

/// The origins of one site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OriginList {
    patterns: Vec<OriginPattern>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum OriginPattern {
    Own,
    Exact(Origin),
    /// Any host that ends in the dot and the name in `host`.
    Below(Origin),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

/// An entry of an allow-list that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{entry}` is not an origin; write `https://shop.example`, `https://*.shop.example`, or `self` for the gateway's own page"
)]
pub struct OriginError {
    entry: String,
}

impl OriginList {
    /// Reads an allow-list.
    ///
    /// # Errors
    /// [`OriginError`] for the first entry that is none.
    pub fn parse<E: AsRef<str>>(entries: &[E]) -> Result<Self, OriginError> {
        let patterns = entries.iter().map(|entry| pattern(entry.as_ref()));
        Ok(Self {
            patterns: patterns.collect::<Result<_, _>>()?,
        })
    }

    /// Whether a page of `origin`, as the browser names it, may chat. `own_host` is the request's `Host`.
    pub fn allows(&self, origin: &str, own_host: Option<&str>) -> bool {
        let Some(origin) = Origin::parse(origin) else {
            return false;
        };
        self.patterns.iter().any(|pattern| match pattern {
            OriginPattern::Own => own_host.is_some_and(|host| origin.is_at(host)),
            OriginPattern::Exact(allowed) => *allowed == origin,
            OriginPattern::Below(allowed) => {
                allowed.scheme == origin.scheme
                    && allowed.port == origin.port
                    && origin
                        .host
                        .strip_suffix(&allowed.host)
                        .and_then(|labels| labels.strip_suffix('.'))
                        .is_some_and(|labels| !labels.is_empty())
            }
        })
    }
}

fn pattern(entry: &str) -> Result<OriginPattern, OriginError> {
    let wrong = || OriginError {
        entry: entry.to_owned(),
    };
    if entry == "self" {
        return Ok(OriginPattern::Own);
    }
    match entry.split_once("://*.") {
        Some((scheme, rest)) => Origin::parse(&format!("{scheme}://{rest}"))
            .map(OriginPattern::Below)
            .ok_or_else(wrong),
        None => Origin::parse(entry)
            .map(OriginPattern::Exact)
            .ok_or_else(wrong),
    }
}

impl Origin {
    /// `None` for all that is not scheme, host and perhaps port: also for `null`.
    fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let standard_port = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let (host, port) = host_and_port(authority)?;
        Some(Self {
            scheme,
            host,
            port: port.unwrap_or(standard_port),
        })
    }

    fn is_at(&self, host_header: &str) -> bool {
        let standard_port = if self.scheme == "https" { 443 } else { 80 };
        host_and_port(host_header).is_some_and(|(host, port)| {
            host == self.host && port.unwrap_or(standard_port) == self.port
        })
    }
}

fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match authority.rfind(':') {
        // The colons of an IPv6 address stand inside its brackets.
        Some(colon) if !authority.ends_with(']') => {
            let digits = authority.get(colon + 1..)?;
            if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                return None;
            }
            (authority.get(..colon)?, Some(digits.parse().ok()?))
        }
        _ => (authority, None),
    };
    let name = host
        .strip_prefix('[')
        .map_or(Some(host), |inner| inner.strip_suffix(']'))?;
    let is_bracketed = host.starts_with('[');
    let is_host = !name.is_empty()
        && name.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || byte == b'.'
                || byte == b'-'
                || byte == b'_'
                || (is_bracketed && byte == b':')
        });
    is_host.then(|| (host.to_ascii_lowercase(), port))
}
