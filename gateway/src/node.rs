//! Who this gateway is among those that share a store: a name of its own, drawn once, in the data directory.
//!
//! The same after a restart, so that a gateway takes its partitions back at once; another one for another data directory, so that
//! two gateways on one server exclude each other. The embedded store needs none: its directory belongs to one process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use signalbox_router::Environment;
use signalbox_store::NodeId;

use crate::words::Told;

/// The name and the lock, in the data directory.
const FILE: &str = "node";

/// A name that no other process goes by while this lives.
pub struct Node {
    id: NodeId,
    _lock: File,
}

/// The name cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// Another process goes by it.
    #[error(
        "{directory} is in use by another signalbox process; stop it, or give this one another data directory"
    )]
    InUse {
        /// Which.
        directory: String,
    },
    /// The file cannot be read or written.
    #[error(
        "the node's name in `{path}` cannot be read or written: {reason}; look at its permissions"
    )]
    Unusable {
        /// Which file.
        path: String,
        /// Why.
        reason: io::Error,
    },
}

impl Told for NodeError {
    fn chinese(&self) -> String {
        match self {
            Self::InUse { directory } => {
                format!("{directory} 正被另一个 signalbox 进程使用；请先停掉它，或换一个数据目录")
            }
            Self::Unusable { path, reason } => format!(
                "无法读写 `{path}` 里的节点名称：{}；请检查它的权限",
                reason.chinese()
            ),
        }
    }
}

impl Node {
    /// Takes the name of a data directory; draws one if there is none.
    ///
    /// # Errors
    /// [`NodeError`]
    pub fn hold(data: &Path, environment: &dyn Environment) -> Result<Self, NodeError> {
        let path = data.join(FILE);
        let unusable = |reason| NodeError::Unusable {
            path: path.display().to_string(),
            reason,
        };
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(NodeError::InUse {
                    directory: data.display().to_string(),
                });
            }
            Err(TryLockError::Error(reason)) => return Err(unusable(reason)),
        }
        let id = name_in(&mut file, environment).map_err(unusable)?;
        Ok(Self { id, _lock: file })
    }

    /// The name.
    pub fn id(&self) -> NodeId {
        self.id
    }
}

fn name_in(file: &mut File, environment: &dyn Environment) -> io::Result<NodeId> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if let Ok(id) = bytes.try_into() {
        return Ok(NodeId(id));
    }
    // New, or cut by a power failure: the leases of a name that is lost run out.
    let mut id = [0; size_of::<NodeId>()];
    environment.fill_random(&mut id);
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&id)?;
    file.sync_all()?;
    Ok(NodeId(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::RealEnvironment;

    #[test]
    fn a_name_stays_and_belongs_to_one_process() {
        let folder = tempfile::tempdir().unwrap();
        let first = Node::hold(folder.path(), &RealEnvironment).unwrap();
        let second = Node::hold(folder.path(), &RealEnvironment);
        assert!(matches!(second, Err(NodeError::InUse { .. })));
        let id = first.id();
        drop(first);
        assert_eq!(
            Node::hold(folder.path(), &RealEnvironment).unwrap().id(),
            id
        );
        let elsewhere = tempfile::tempdir().unwrap();
        let other = Node::hold(elsewhere.path(), &RealEnvironment).unwrap();
        assert_ne!(other.id(), id);
    }

    #[test]
    fn a_cut_name_is_drawn_anew() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), b"cut").unwrap();
        let id = Node::hold(folder.path(), &RealEnvironment).unwrap().id();
        let again = Node::hold(folder.path(), &RealEnvironment).unwrap().id();
        assert_eq!(again, id);
    }
}
