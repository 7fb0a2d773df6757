//! The loads: idle connections, a closed loop (each answer is followed by the next message), an open loop (messages come when
//! they come, and waiting counts).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::target::{Server, Target};

/// Connections, and messages that each keeps under way.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) connections: usize,
    pub(crate) in_flight: usize,
}

/// What a closed loop measured.
#[derive(Clone, Copy)]
pub(crate) struct Closed {
    pub(crate) shape: Shape,
    pub(crate) per_second: f64,
    /// Of the server alone, all its threads.
    pub(crate) cpu_per_message: Duration,
}

/// What an open loop measured, from the moment a message was due to its answer.
#[derive(Clone, Copy)]
pub(crate) struct Open {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// Memory of the server for each connection that only is there.
pub(crate) async fn idle(target: &Target, count: usize) -> u64 {
    let server = target.start();
    // The first ones pay for what is there once, and use up what the start left free.
    let _first = connect(server.port, count).await;
    let before = server.resident_bytes();
    let connections = connect(server.port, count).await;
    let grown = server.resident_bytes().saturating_sub(before);
    drop(connections);
    grown / count as u64
}

pub(crate) async fn closed(target: &Target, shape: Shape, duration: Duration) -> Closed {
    closed_on(&target.start(), shape, duration).await
}

/// On a server that already runs.
pub(crate) async fn closed_on(server: &Server, shape: Shape, duration: Duration) -> Closed {
    let connections = connect(server.port, shape.connections).await;
    let (started, cpu) = (Instant::now(), server.cpu());
    let end = started + duration;
    let mut talking = JoinSet::new();
    for mut connection in connections {
        talking.spawn(async move {
            for _ in 0..shape.in_flight {
                connection.say().await;
            }
            let mut answered = 0_u64;
            while Instant::now() < end {
                connection.answered().await;
                answered += 1;
                connection.say().await;
            }
            answered
        });
    }
    let answered: u64 = talking.join_all().await.into_iter().sum();
    let took = started.elapsed();
    let cpu = server.cpu() - cpu;
    Closed {
        shape,
        per_second: answered as f64 / took.as_secs_f64(),
        cpu_per_message: cpu.div_f64(answered as f64),
    }
}

pub(crate) async fn open(target: &Target, per_second: u32, duration: Duration) -> Open {
    const CONNECTIONS: u32 = 100;
    let server = target.start();
    let connections = connect(server.port, CONNECTIONS as usize).await;
    let pause = Duration::from_secs(1) * CONNECTIONS / per_second;
    let started = Instant::now();
    let mut talking = JoinSet::new();
    for (place, mut connection) in (0..CONNECTIONS).zip(connections) {
        talking.spawn(async move {
            let mut latencies = Histogram::<u64>::new(3).unwrap();
            let mut waiting = HashMap::new();
            let mut due = started + pause * place / CONNECTIONS;
            while due < started + duration || !waiting.is_empty() {
                tokio::select! {
                    () = tokio::time::sleep_until(due.into()), if due < started + duration => {
                        let cid = connection.say().await;
                        waiting.insert(cid, due);
                        due += pause;
                    }
                    cid = connection.answered(), if !waiting.is_empty() => {
                        if let Some(since) = waiting.remove(&cid) {
                            latencies.record(since.elapsed().as_micros() as u64).unwrap();
                        }
                    }
                }
            }
            latencies
        });
    }
    let mut all = Histogram::<u64>::new(3).unwrap();
    for latencies in talking.join_all().await {
        all.add(latencies).unwrap();
    }
    let at = |quantile| Duration::from_micros(all.value_at_quantile(quantile));
    Open {
        p50: at(0.5),
        p99: at(0.99),
    }
}

async fn connect(port: u16, count: usize) -> Vec<Connection> {
    let mut connections = Vec::with_capacity(count);
    for _ in 0..count {
        connections.push(Connection::open(port).await);
    }
    connections
}
