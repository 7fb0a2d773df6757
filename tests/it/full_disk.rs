//! A full disk: refused instead of acknowledged, said in plain words, and over when there is room again.

mod small_disk;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use signalbox_tests::address;
use signalbox_tests::chat_client::{ChatClient, Step};
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::Gateway;
use signalbox_tests::oracle;
use signalbox_tests::seed::Random;
use signalbox_tests::until::until;

use small_disk::SmallDisk;

/// More than a fresh data directory takes.
const DISK_MIB: u64 = 192;

/// Messages on the way at once: one of them is refused while others come behind it.
const IN_FLIGHT: usize = 4;

/// Enough to be sure that it stays full.
const REFUSALS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_and_recovers() {
    let disk = match SmallDisk::mount(DISK_MIB) {
        Ok(disk) => disk,
        Err(reason) => {
            println!(
                "SKIPPED: the full disk was NOT tested, since no small file system can be mounted: {reason}"
            );
            return;
        }
    };
    let mut random = Random::announced("full disk");
    let deployment = Deployment::hello().with_data(&disk.path().join("data"));
    let gateway = Gateway::start(&deployment).await;
    let mut address = address::fixed(gateway.address());
    let mut customer = ChatClient::new(random.fork());

    talk(&mut customer, &mut address, usize::MAX, |chat| {
        chat.said().len() >= 20
    })
    .await;
    assert_eq!(customer.nacks(), Vec::<String>::new());

    let ballast = disk.path().join("ballast");
    fill(&ballast);
    println!("full disk: the ballast leaves no byte");
    let filled = Instant::now();
    // Whatever the store had set aside may still be used; then it has to refuse.
    talk(&mut customer, &mut address, usize::MAX, |chat| {
        chat.nacks().len() >= REFUSALS
    })
    .await;
    println!(
        "full disk: {REFUSALS} refusals {:?} after it was full",
        filled.elapsed()
    );
    assert!(
        customer.nacks().iter().all(|code| code == "unavailable"),
        "{:?}",
        customer.nacks()
    );
    let (told, _) = until("/readyz tells of the full disk", async || {
        let answer = gateway.get("/readyz").await;
        (answer.status == 503).then_some(answer.body)
    })
    .await;
    println!("full disk: /readyz says {}", told.trim());
    assert!(speaks_of_space(&told), "plain words: {told}");
    assert!(
        speaks_of_space(&gateway.log().text()),
        "{}",
        gateway.log().text()
    );
    assert!(!gateway.log().has("panicked"), "{}", gateway.log().text());

    std::fs::remove_file(&ballast).expect("the ballast goes");
    let (_, took) = until("/readyz is well again", async || {
        (gateway.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    println!("full disk: well again {took:?} after there was room");
    let most = customer.said().len() + 20;
    talk(&mut customer, &mut address, most, |chat| {
        chat.said().len() >= most && chat.unanswered() == 0
    })
    .await;
    oracle::assert_all_well(std::slice::from_ref(&customer), &mut address).await;

    gateway.kill().await;
    let gateway = Gateway::start(&deployment).await;
    let mut address = address::fixed(gateway.address());
    oracle::assert_all_well(std::slice::from_ref(&customer), &mut address).await;
}

/// Says one thing after the other, `most` in all, with some of them on the way at once, until `enough`.
async fn talk(
    customer: &mut ChatClient,
    address: &mut address::Address,
    most: usize,
    enough: impl Fn(&ChatClient) -> bool + Send + Sync,
) {
    let mut script = |chat: &ChatClient| {
        if enough(chat) {
            Step::Leave
        } else if chat.unanswered() < IN_FLIGHT && chat.said().len() < most {
            // Long, so that a full disk shows soon.
            Step::Say(format!(
                "no. {}: {}end",
                chat.said().len(),
                "long ".repeat(1_000)
            ))
        } else {
            Step::Wait
        }
    };
    customer.chat(address, &mut script).await;
}

/// Writes until not one more byte fits.
fn fill(path: &Path) {
    let mut file = File::create(path).expect("the ballast");
    for block in [1 << 20, 4 << 10, 1] {
        while file.write_all(&vec![b'x'; block]).is_ok() {}
    }
}

fn speaks_of_space(text: &str) -> bool {
    ["disk", "space", "full"]
        .iter()
        .any(|word| text.contains(word))
}
