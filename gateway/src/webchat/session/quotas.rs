//! How much one session may ask for, and one address or browser profile.

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use crate::webchat::peer::counted_as;
use crate::webchat::settings::LimitSettings;
use crate::webchat::token_bucket::{KeyedBuckets, Rate, TokenBucket};

/// Everything but messages, typing and page events: cheap each, but not for nothing.
const REQUESTS: Rate = Rate {
    per_second: 20.0,
    burst: 100.0,
};
/// Ping and Pong frames. No client needs more, so this holds for everybody.
const CONTROL_FRAMES: Rate = Rate {
    per_second: 10.0,
    burst: 200.0,
};
/// Refusals before a session is closed.
const REFUSALS: Rate = Rate {
    per_second: 2.0,
    burst: 200.0,
};
/// Typing ends as often as it begins, and pages are hidden when others are shown.
const SMALL_BURST: f64 = 5.0;

/// The limits of this process.
pub(in crate::webchat) struct Quotas {
    messages: Rate,
    typing: Rate,
    pages: Rate,
    pages_per_session: u32,
    hellos_by_device: KeyedBuckets<String>,
    hellos_by_address: KeyedBuckets<IpAddr>,
    beacons_by_address: KeyedBuckets<IpAddr>,
}

/// What one session has left.
pub(super) struct SessionQuotas {
    is_exempt: bool,
    messages: Bucket,
    typing: Bucket,
    pages: Bucket,
    pages_left: u32,
    requests: Bucket,
    control_frames: Bucket,
    refusals: Bucket,
}

struct Bucket {
    bucket: TokenBucket,
    rate: Rate,
}

/// What a session asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quota {
    Message,
    Typing,
    Page,
    Request,
}

/// It is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// Wait so long.
    Wait(Duration),
    /// It goes on and on.
    Persistent(Duration),
}

impl Quotas {
    pub(in crate::webchat) fn new(limits: &LimitSettings) -> Self {
        let small = |per_second: f64| Rate {
            per_second,
            burst: SMALL_BURST.max(per_second),
        };
        Self {
            messages: Rate {
                per_second: limits.messages_per_second,
                burst: f64::from(limits.messages_burst),
            },
            typing: small(limits.typing_per_second),
            pages: small(limits.pages_per_second),
            pages_per_session: limits.pages_per_session,
            hellos_by_device: KeyedBuckets::new(Rate::per_minute(
                limits.hellos_per_minute_per_device,
            )),
            hellos_by_address: KeyedBuckets::new(Rate::per_minute(limits.hellos_per_minute_per_ip)),
            beacons_by_address: KeyedBuckets::new(Rate::per_minute(
                limits.beacons_per_minute_per_ip,
            )),
        }
    }

    pub(super) fn hello(
        &self,
        address: IpAddr,
        device: Option<&str>,
        now: Instant,
    ) -> Result<(), Duration> {
        self.hellos_by_address.take(counted_as(address), now)?;
        match device {
            Some(device) => self.hellos_by_device.take(device.to_owned(), now),
            None => Ok(()),
        }
    }

    pub(in crate::webchat) fn beacon(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        self.beacons_by_address.take(counted_as(address), now)
    }

    pub(super) fn session(&self, is_exempt: bool, now: Instant) -> SessionQuotas {
        let bucket = |rate| Bucket {
            bucket: TokenBucket::new(rate, now),
            rate,
        };
        SessionQuotas {
            is_exempt,
            messages: bucket(self.messages),
            typing: bucket(self.typing),
            pages: bucket(self.pages),
            pages_left: self.pages_per_session,
            requests: bucket(REQUESTS),
            control_frames: bucket(CONTROL_FRAMES),
            refusals: bucket(REFUSALS),
        }
    }

    /// As `welcome` says it.
    pub(super) fn message_rate(&self, is_exempt: bool) -> String {
        // Clients read a number: "unlimited" would be none.
        let per_second = if is_exempt {
            1_000_000.0
        } else {
            self.messages.per_second
        };
        format!("{per_second}/s")
    }
}

impl SessionQuotas {
    pub(super) fn take(&mut self, quota: Quota, now: Instant) -> Result<(), Excess> {
        if self.is_exempt {
            return Ok(());
        }
        let taken = match quota {
            Quota::Message => self.messages.take(now),
            Quota::Typing => self.typing.take(now),
            Quota::Page => self.page(now),
            Quota::Request => self.requests.take(now),
        };
        taken.map_err(|wait| self.refuse(wait, now))
    }

    /// Counts something that is refused for another reason than its own number.
    pub(super) fn refuse(&mut self, wait: Duration, now: Instant) -> Excess {
        if !self.is_exempt && self.refusals.take(now).is_err() {
            Excess::Persistent(wait)
        } else {
            Excess::Wait(wait)
        }
    }

    /// Whether a Ping or Pong may still come.
    pub(super) fn control_frame(&mut self, now: Instant) -> bool {
        self.control_frames.take(now).is_ok()
    }

    fn page(&mut self, now: Instant) -> Result<(), Duration> {
        /// A session's page events are used up; a reload begins another.
        const USED_UP: Duration = Duration::from_secs(3_600);
        if self.pages_left == 0 {
            return Err(USED_UP);
        }
        self.pages.take(now)?;
        self.pages_left -= 1;
        Ok(())
    }
}

impl Bucket {
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        self.bucket.take(self.rate, now)
    }
}
