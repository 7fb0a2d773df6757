//! The systems that report, ready for use: their keys read once, at start.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::rand;
use jiff::SignedDuration;
use parking_lot::Mutex;
use signalbox_adapters::webhook::event::{BodyError, Contact};
use signalbox_adapters::webhook::key::{PublicKey, SharedSecret};
use signalbox_adapters::webhook::signature::Verifier;
use signalbox_adapters::{Address, Channel};
use signalbox_email::MailAddress;
use tokio::time::Instant;

use crate::config::account_name;
use crate::config::sections::{EmailSection, WebhookAccountSection, WebhookSection};
use crate::webchat::settings::WebchatSettings;
use crate::webchat::token_bucket::{Rate, TokenBucket};
use crate::words::{Told, Words, words};

/// Keys of one account, of each kind: the current one, the one before, and some to spare.
pub(super) const MAX_KEYS: usize = 4;
const NOBODYS_SECRET_BYTES: usize = 32;

/// All accounts.
pub struct Accounts {
    accounts: BTreeMap<String, Account>,
    /// In whose name requests to accounts that do not exist are verified, so that they take as long as others.
    nobody: Account,
}

pub(super) struct Account {
    pub(super) name: String,
    pub(super) verifier: Verifier,
    pub(super) closed: bool,
    /// Answers have a way out, so its own customers' messages are taken.
    takes_messages: bool,
    /// Whose customers it may report about.
    about: Vec<About>,
    rate: Rate,
    bucket: Mutex<TokenBucket>,
}

/// An account of another channel: `webchat:shop`, `email:care`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct About {
    channel: Channel,
    account: String,
}

/// What is wrong with the section `webhook`, a line each.
#[derive(Debug)]
pub struct AccountsError(pub Vec<Words>);

impl fmt::Display for AccountsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self.0.iter().map(|words| &*words.en).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl std::error::Error for AccountsError {}

impl Told for AccountsError {
    fn chinese(&self) -> String {
        let sentences: Vec<_> = self.0.iter().map(|words| &*words.zh).collect();
        sentences.join("；")
    }
}

impl Accounts {
    /// Reads the keys of `section`. `webchat` and `email` say which accounts there are to report about.
    ///
    /// # Errors
    /// [`AccountsError`] with everything that is wrong.
    pub fn new(
        section: &WebhookSection,
        webchat: &WebchatSettings,
        email: &EmailSection,
    ) -> Result<Self, AccountsError> {
        let mut wrong = Vec::new();
        let mut secret = [0; NOBODYS_SECRET_BYTES];
        if rand::fill(&mut secret).is_err() {
            wrong.push(words!(
                "webhook: the operating system gives no randomness",
                "webhook：操作系统不给随机数"
            ));
        }
        let tolerance =
            SignedDuration::try_from(section.tolerance.0).unwrap_or(SignedDuration::ZERO);
        let nobody = Verifier::new(vec![SharedSecret::of(&secret)], Vec::new(), tolerance);
        let account = |name: &str, verifier, settings: &WebhookAccountSection, about| {
            let rate = Rate {
                per_second: settings.per_second,
                burst: settings.burst as f64,
            };
            Account {
                name: name.to_owned(),
                verifier,
                closed: settings.closed,
                takes_messages: settings.reply.url.given().is_some(),
                about,
                rate,
                bucket: Mutex::new(TokenBucket::new(rate, Instant::now())),
            }
        };
        let mut accounts = BTreeMap::new();
        for (name, settings) in &section.accounts.0 {
            let key = format!("webhook.accounts.{name}");
            wrong.extend(account_name::flaw(&key, name));
            let (secrets, public_keys) = keys(&key, settings, &mut wrong);
            let about = about(&key, settings, (webchat, email), &mut wrong);
            let verifier = Verifier::new(secrets, public_keys, tolerance);
            accounts.insert(name.clone(), account(name, verifier, settings, about));
        }
        if !wrong.is_empty() {
            return Err(AccountsError(wrong));
        }
        Ok(Self {
            accounts,
            nobody: account("", nobody, &WebhookAccountSection::default(), Vec::new()),
        })
    }

    /// The account of this name, and whether there is one.
    pub(super) fn get(&self, name: &str) -> (&Account, bool) {
        match self.accounts.get(name) {
            Some(account) => (account, true),
            None => (&self.nobody, false),
        }
    }
}

impl Account {
    /// Takes one event's worth of the account's rate, or says how long it is until there is one.
    pub(super) fn spend(&self, now: Instant) -> Result<(), std::time::Duration> {
        self.bucket.lock().take(self.rate, now)
    }

    /// The address of a customer who writes.
    ///
    /// # Errors
    /// Nothing could carry answers back.
    pub(super) fn own(&self, external_id: String) -> Result<Address, BodyError> {
        if !self.takes_messages {
            return Err(BodyError {
                field: "type".to_owned(),
                problem: "is not taken here: the account has no `reply.url` that answers could go to",
            });
        }
        Ok(Address {
            channel: Channel::Webhook,
            account: self.name.clone(),
            external_id,
        })
    }

    /// The address of a contact.
    ///
    /// # Errors
    /// It is nobody whom this account may report about.
    pub(super) fn address(&self, contact: Contact) -> Result<Address, BodyError> {
        let wrong = |field: &str, problem| BodyError {
            field: field.to_owned(),
            problem,
        };
        if contact.channel.is_none() && self.takes_messages {
            return self.own(contact.external_id);
        }
        let named = contact.channel.as_deref().and_then(About::parse);
        let Some(about) = named.filter(|named| self.about.contains(named)) else {
            return Err(wrong(
                "data.contact.channel",
                "must be an account that this one may report about, such as webchat:SITE or email:ACCOUNT",
            ));
        };
        let external_id = match about.channel {
            Channel::Email => {
                let address = contact.external_id.parse::<MailAddress>();
                let not_one = |_| {
                    wrong(
                        "data.contact.external_id",
                        "must be a mail address such as li@shop.example",
                    )
                };
                address.map_err(not_one)?.to_string()
            }
            Channel::Webchat if !is_of_webchat(&contact.external_id) => {
                return Err(wrong(
                    "data.contact.external_id",
                    "must be `user:` and the `sub` of the user's token, or the `visitor:` id of somebody anonymous",
                ));
            }
            Channel::Webchat | Channel::Webhook => contact.external_id,
        };
        Ok(Address {
            channel: about.channel,
            account: about.account,
            external_id,
        })
    }
}

impl About {
    /// Reads `CHANNEL:ACCOUNT`, of the channels that can be reported about.
    fn parse(text: &str) -> Option<Self> {
        let (channel, account) = text.split_once(':')?;
        let channel = [Channel::Webchat, Channel::Email]
            .into_iter()
            .find(|known| known.name() == channel)?;
        Some(Self {
            channel,
            account: account.to_owned(),
        })
    }
}

/// Whether somebody may have this id in a web chat. A report about anybody else would reach nobody.
fn is_of_webchat(external_id: &str) -> bool {
    ["user:", "visitor:"].iter().any(|prefix| {
        let own = external_id.strip_prefix(prefix);
        own.is_some_and(|own| !own.is_empty())
    })
}

fn keys(
    key: &str,
    settings: &WebhookAccountSection,
    wrong: &mut Vec<Words>,
) -> (Vec<SharedSecret>, Vec<PublicKey>) {
    let (secrets, public_keys) = (&settings.secrets.0, &settings.public_keys.0);
    if secrets.is_empty() && public_keys.is_empty() {
        wrong.push(words!(
            "{key} must have `secrets` or `public_keys`",
            "{key} 必须有 `secrets` 或 `public_keys`"
        ));
    }
    for (kind, count) in [
        ("secrets", secrets.len()),
        ("public_keys", public_keys.len()),
    ] {
        if count > MAX_KEYS {
            wrong.push(words!(
                "{key}.{kind} must be at most {MAX_KEYS}, got {count}",
                "{key}.{kind} 最多 {MAX_KEYS} 个，现在有 {count} 个"
            ));
        }
    }
    let mut noted = |kind: &str, problem: String| {
        wrong.push(words!(
            "{key}.{kind} {problem}",
            "{key}.{kind} 有误：{problem}"
        ))
    };
    let secrets = secrets.iter().filter_map(|secret| {
        let read = SharedSecret::parse(secret.reveal().unwrap_or_default());
        read.map_err(|error| noted("secrets", error.to_string()))
            .ok()
    });
    let secrets = secrets.collect();
    let public_keys = public_keys.iter().filter_map(|text| {
        let read = PublicKey::parse(&text.0);
        read.map_err(|error| noted("public_keys", error.to_string()))
            .ok()
    });
    (secrets, public_keys.collect())
}

fn about(
    key: &str,
    settings: &WebhookAccountSection,
    (webchat, email): (&WebchatSettings, &EmailSection),
    wrong: &mut Vec<Words>,
) -> Vec<About> {
    let is_there = |about: &About| match about.channel {
        Channel::Webchat => webchat.sites.contains_key(&about.account),
        Channel::Email => email.accounts.0.contains_key(&about.account),
        Channel::Webhook => false,
    };
    let mut all = Vec::new();
    for written in &settings.about.0 {
        match About::parse(&written.0).filter(is_there) {
            Some(about) => all.push(about),
            None => {
                let known = webchat.sites.keys().next().map_or("shop", String::as_str);
                let got = &written.0;
                wrong.push(words!(
                    "{key}.about must name a site of the web chat, such as webchat:{known}, or a mail account, email:NAME, got `{got}`",
                    "{key}.about 必须写网页聊天的站点，如 webchat:{known}，或邮件账号 email:名称，现在是 `{got}`"
                ));
            }
        }
    }
    // Half a `reply` is told of by itself.
    let has_own = settings.reply.url.given().is_some() || !settings.reply.secrets.0.is_empty();
    if all.is_empty() && !settings.closed && !has_own {
        wrong.push(words!(
            "{key}.about must name whose customers it reports about, such as webchat:SITE; or write `reply` for its own",
            "{key}.about 必须写明它可以上报谁的客户，如 webchat:站点；或写 `reply` 以接入它自己的客户"
        ));
    }
    all
}
