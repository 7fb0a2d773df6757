use std::net::Ipv4Addr;
use std::sync::Barrier;

use super::*;

#[test]
fn the_last_place_of_a_site_is_taken_once() {
    /// As often as it takes for two threads to meet in the same moment.
    const ROUNDS: usize = 3_000;
    const THREADS: usize = 4;
    let mut settings = WebchatSettings::default();
    settings.limits.connections_per_site = 1;
    settings.limits.connects_per_minute_per_ip = 1_000_000_000;
    settings.limits.connects_per_minute_per_site = 1_000_000_000;
    let connections = Connections::new(&settings);
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let (begin, end) = (Barrier::new(THREADS), Barrier::new(THREADS));
    let (welcomed, overfull) = (Mutex::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for round in 0..ROUNDS {
                    let now = Instant::now();
                    let mut connection = connections.open(address, now).ok().unwrap();
                    begin.wait();
                    let has_place = connections.welcome(&mut connection, "shop", now).is_ok();
                    *welcomed.lock() += usize::from(has_place);
                    end.wait();
                    drop(connection);
                    // Noted and not asserted here: the others would wait for this thread for ever.
                    if begin.wait().is_leader() && std::mem::take(&mut *welcomed.lock()) != 1 {
                        overfull.lock().push(round);
                    }
                    end.wait();
                }
            });
        }
    });
    assert_eq!(overfull.into_inner(), Vec::<usize>::new());
}
