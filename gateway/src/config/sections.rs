//! Every setting, with its default, bounds and sentences.

mod desk;
mod email;
mod file;
mod router;
mod rules;
mod store;
mod telemetry;
mod webchat;
mod webhook;

pub use desk::{DeskAgentSection, DeskSection};
pub use email::{EmailAccountSection, EmailSection};
pub use file::FileSection;
pub use router::RouterSection;
pub use rules::RulesSection;
pub use store::StoreSection;
pub use telemetry::TelemetrySection;
pub use webchat::{LimitsSection, SiteSection, UserKey, WebchatSection};
pub use webhook::{WebhookAccountSection, WebhookReplySection, WebhookSection};
