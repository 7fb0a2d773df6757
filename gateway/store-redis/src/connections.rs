//! Connections to the server: a few, each shared by many calls.
//!
//! A connection that is checked out of the pool stays out for as long as it works: the pool asks the server before each use,
//! and calls that share a connection go in one turn of the server's loop, with one sync of its log. A connection that failed is
//! thrown away, and the pool makes a new one, which looks at the server's settings first.

use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncConnectionConfig, IntoConnectionInfo};
use deadpool_redis::{Connection, Manager, Pool, PoolConfig, Runtime, Timeouts};
use tokio::sync::Mutex;

use crate::failure::Failure;
use crate::requirements::{self, Found, Refusal};
use crate::settings::{OpenError, RedisSettings};

/// So many connections. More would not be faster: the server handles one call at a time.
const CONNECTIONS: usize = 4;

const NO_TLS: &str = "this version does not speak TLS with Redis; use a network of your own, or a tunnel beside the gateway";

/// The connections of a store.
pub(crate) struct Connections {
    pool: Pool,
    lanes: Vec<Mutex<Lane>>,
    settings: RedisSettings,
    address: String,
}

/// One connection, or none since the last one failed.
#[derive(Default)]
struct Lane {
    /// Counts the connections there were.
    generation: u64,
    connection: Option<Connection>,
}

/// A connection to use once.
pub(crate) struct Borrowed {
    pub(crate) connection: MultiplexedConnection,
    lane: usize,
    generation: u64,
}

/// Why there is no connection. Nothing was sent.
pub(crate) enum NoConnection {
    Refused(Refusal),
    Away(String),
}

impl NoConnection {
    /// As a store that does not open says it.
    pub(crate) fn refusal(self, address: String) -> OpenError {
        match self {
            Self::Refused(refusal) => OpenError::Refused { address, refusal },
            Self::Away(reason) => OpenError::Unreachable { address, reason },
        }
    }

    pub(crate) fn failure(self, address: &str) -> Failure {
        Failure::NotDone(match self {
            Self::Refused(refusal) => format!("the Redis server at {address}: {refusal}"),
            Self::Away(reason) => format!("no connection to Redis at {address}: {reason}"),
        })
    }
}

impl Connections {
    pub(crate) fn new(settings: RedisSettings) -> Result<Self, OpenError> {
        let bad = |error: &dyn std::fmt::Display| OpenError::BadUrl {
            reason: error.to_string(),
        };
        if settings.url.starts_with("rediss:") {
            return Err(bad(&NO_TLS));
        }
        let info = settings.url.as_str().into_connection_info();
        let info = info.map_err(|error| bad(&error.category()))?;
        let address = info.addr().to_string();
        let timeout = Some(settings.timeout);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(timeout)
            .set_response_timeout(timeout);
        let manager = Manager::new_with_config(info, config);
        let manager = manager.map_err(|error| bad(&error.category()))?;
        let pool = Pool::builder(manager)
            .config(PoolConfig {
                timeouts: Timeouts {
                    wait: timeout,
                    create: timeout,
                    recycle: timeout,
                },
                ..PoolConfig::new(CONNECTIONS)
            })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| bad(&error))?;
        Ok(Self {
            pool,
            lanes: (0..CONNECTIONS).map(|_| Mutex::default()).collect(),
            settings,
            address,
        })
    }

    /// Where the server is, without a password.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    /// A connection for what belongs to `key`: always the same one while it works.
    pub(crate) async fn borrow(&self, key: usize) -> Result<Borrowed, NoConnection> {
        let number = key % CONNECTIONS;
        let Some(lane) = self.lanes.get(number) else {
            return Err(NoConnection::Away("there is no such connection".to_owned()));
        };
        let within = tokio::time::timeout(self.settings.timeout, async {
            let mut lane = lane.lock().await;
            if lane.connection.is_none() {
                lane.connection = Some(self.connect().await?);
                lane.generation += 1;
            }
            let connection = lane.connection.as_ref().map(|shared| (**shared).clone());
            Ok(connection.map(|connection| Borrowed {
                connection,
                lane: number,
                generation: lane.generation,
            }))
        });
        match within.await {
            Ok(Ok(Some(borrowed))) => Ok(borrowed),
            Ok(Err(none)) => Err(none),
            Ok(Ok(None)) | Err(_) => Err(NoConnection::Away(format!(
                "it did not answer within {:?}",
                self.settings.timeout
            ))),
        }
    }

    async fn connect(&self) -> Result<Connection, NoConnection> {
        let connection = self.pool.get().await;
        let mut connection = connection.map_err(|error| NoConnection::Away(error.to_string()))?;
        let (durability, server) = (self.settings.durability, self.settings.server);
        let found = requirements::look(&mut connection, durability, server).await;
        match found {
            Ok(Found::Fit) => Ok(connection),
            Ok(Found::Loading) => {
                discard(connection);
                Err(NoConnection::Away(
                    "it is still loading its data".to_owned(),
                ))
            }
            Ok(Found::Unfit(refusal)) => {
                discard(connection);
                Err(NoConnection::Refused(refusal))
            }
            Err(error) => {
                discard(connection);
                Err(NoConnection::Away(error.to_string()))
            }
        }
    }

    /// Throws away what [`Self::borrow`] gave, unless there is a newer one already.
    pub(crate) async fn give_up(&self, borrowed: &Borrowed) {
        let Some(lane) = self.lanes.get(borrowed.lane) else {
            return;
        };
        let mut lane = lane.lock().await;
        if lane.generation == borrowed.generation
            && let Some(connection) = lane.connection.take()
        {
            discard(connection);
        }
    }

    /// No write may pass over any connection any more.
    async fn give_all_up(&self) {
        for lane in &self.lanes {
            if let Some(connection) = lane.lock().await.connection.take() {
                discard(connection);
            }
        }
    }

    /// Looks at the server's settings once more, over a connection in use.
    pub(crate) async fn look(&self) -> Result<(), NoConnection> {
        let mut borrowed = self.borrow(0).await?;
        let (durability, server) = (self.settings.durability, self.settings.server);
        let found = requirements::look(&mut borrowed.connection, durability, server).await;
        match found {
            Ok(Found::Fit) => Ok(()),
            Ok(Found::Loading) => Err(NoConnection::Away(
                "it is still loading its data".to_owned(),
            )),
            Ok(Found::Unfit(refusal)) => {
                self.give_all_up().await;
                Err(NoConnection::Refused(refusal))
            }
            Err(error) => {
                self.give_up(&borrowed).await;
                Err(NoConnection::Away(error.to_string()))
            }
        }
    }
}

/// Closes a connection instead of giving it back to the pool.
fn discard(connection: Connection) {
    drop(Connection::take(connection));
}
