//! How clients see what the store names: `c_…` a thread, `m_…` a message, `s_…` a session.

use signalbox_store::{MessageId, ThreadId};
use uuid::Uuid;

pub(super) fn conversation(thread: ThreadId) -> String {
    format!("c_{thread}")
}

pub(crate) fn message(id: MessageId) -> String {
    format!("m_{}", id.0.simple())
}

pub(super) fn session(id: Uuid) -> String {
    format!("s_{}", id.simple())
}
