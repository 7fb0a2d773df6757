//! A TCP proxy that is a bad line: it cuts connections at random bytes, goes silent, tears and joins writes.
//!
//! Every connection draws its fate from the seed when it comes. What it does *not* do: change bytes, since TCP does not
//! let that through either.

mod fate;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::address::{self, Address};
use crate::seed::Random;
use fate::{End, Fate, Shape, Way};

/// The most that one read takes from a connection.
const BUFFER_BYTES: usize = 16 << 10;

/// How often a joining pump lets others run before it takes what has come meanwhile.
const YIELDS_TO_JOIN: usize = 8;

/// A running proxy. Dropped, it stops and cuts everything.
#[derive(Debug)]
pub struct ChaosProxy {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    cuts: AtomicU64,
    stalls: AtomicU64,
    /// No more disturbances: connections that come now are carried faithfully.
    is_calm: AtomicBool,
}

impl ChaosProxy {
    /// Starts a proxy to wherever `upstream` is when a connection comes.
    pub async fn start(upstream: Address, random: Random) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = Arc::new(State::default());
        let task = tokio::spawn(accept(listener, upstream, random, Arc::clone(&state)));
        Self {
            address,
            state,
            task,
        }
    }

    /// Where clients connect to.
    pub fn address(&self) -> Address {
        address::fixed(self.address)
    }

    /// Connections cut so far, those included that went silent.
    pub fn cuts(&self) -> u64 {
        self.state.cuts.load(Ordering::Relaxed) + self.stalls()
    }

    /// Connections that went silent so far.
    pub fn stalls(&self) -> u64 {
        self.state.stalls.load(Ordering::Relaxed)
    }

    /// Disturbs no connection that comes from now on. Those that are there meet their fate.
    pub fn calm_down(&self) {
        self.state.is_calm.store(true, Ordering::Relaxed);
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    mut upstream: Address,
    mut random: Random,
    state: Arc<State>,
) {
    let mut carried = tokio::task::JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        // Those that ended are taken out, so that the set stays as small as what is open.
        while carried.try_join_next().is_some() {}
        let fate = if state.is_calm.load(Ordering::Relaxed) {
            Fate::kind()
        } else {
            Fate::draw(&mut random)
        };
        let server = upstream.get().await;
        carried.spawn(carry(client, server, fate, Arc::clone(&state)));
    }
}

/// Carries one connection until one side ends or its fate comes.
async fn carry(client: TcpStream, server: SocketAddr, fate: Fate, state: Arc<State>) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    for stream in [&client, &server] {
        // Torn writes must leave torn; and an abrupt end is a reset, with unsent bytes thrown away.
        stream.set_nodelay(true).expect("a socket option");
        if fate.is_abrupt {
            stream.set_zero_linger().expect("a socket option");
        }
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (limit_up, limit_down) = match fate.way {
        Way::ToServer => (fate.after_bytes, u64::MAX),
        Way::ToClient => (u64::MAX, fate.after_bytes),
    };
    let up = pump(
        from_client,
        to_server,
        limit_up,
        fate.shape,
        fate.tear_bytes,
    );
    let down = pump(
        from_server,
        to_client,
        limit_down,
        fate.shape,
        fate.tear_bytes,
    );
    tokio::pin!(up, down);
    // The halves of whoever ended stay open until both go at once at the end of this function.
    let (ended, other_way_up) = tokio::select! {
        ended = &mut up => (ended, false),
        ended = &mut down => (ended, true),
    };
    if !ended.met_fate {
        return;
    }
    match fate.end {
        End::Cut => {
            state.cuts.fetch_add(1, Ordering::Relaxed);
        }
        // One way is dead and nobody is told; the other goes on until the client gives up.
        End::Stall => {
            state.stalls.fetch_add(1, Ordering::Relaxed);
            if other_way_up {
                up.await;
            } else {
                tokio::select! {
                    _ = down => {}
                    () = ended.reader_ends() => {}
                }
            }
        }
    }
}

/// How one way of a connection ended, with its halves, which keep the connection open.
struct Ended {
    met_fate: bool,
    from: OwnedReadHalf,
    _to: OwnedWriteHalf,
}

impl Ended {
    /// Swallows what still comes until the sender has gone.
    async fn reader_ends(mut self) {
        let mut swallowed = [0; 1024];
        while matches!(self.from.read(&mut swallowed).await, Ok(read) if read > 0) {}
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    limit: u64,
    shape: Shape,
    tear_bytes: usize,
) -> Ended {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut left = limit;
    let met_fate = loop {
        if shape == Shape::Join && from.readable().await.is_ok() {
            for _ in 0..YIELDS_TO_JOIN {
                tokio::task::yield_now().await;
            }
        }
        let read = match from.read(&mut buffer).await {
            Ok(read) if read > 0 => read,
            _ => break false,
        };
        let carried = read.min(usize::try_from(left).unwrap_or(usize::MAX));
        let piece = if shape == Shape::Tear {
            tear_bytes
        } else {
            BUFFER_BYTES
        };
        if write_in_pieces(&mut to, &buffer[..carried], piece)
            .await
            .is_err()
        {
            break false;
        }
        left -= carried as u64;
        if left == 0 {
            break true;
        }
    };
    Ended {
        met_fate,
        from,
        _to: to,
    }
}

async fn write_in_pieces(
    to: &mut OwnedWriteHalf,
    bytes: &[u8],
    piece: usize,
) -> std::io::Result<()> {
    for part in bytes.chunks(piece) {
        to.write_all(part).await?;
        tokio::task::yield_now().await;
    }
    Ok(())
}
