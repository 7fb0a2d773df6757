//! Rules change while customers chat: a good change is live at once, a bad one is refused and told.

use std::fs;
use std::time::Duration;

use signalbox_tests::address::{self, Address};
use signalbox_tests::chat_client::{ChatClient, Step};
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::Gateway;
use signalbox_tests::seed::Random;
use signalbox_tests::until::until;

const OLD: &str = "You said: ";
const NEW: &str = "You wrote: ";

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_rule_answers_and_a_broken_one_does_not() {
    let mut random = Random::announced("reload");
    let deployment = Deployment::hello();
    let gateway = Gateway::start(&deployment).await;
    let mut address = address::fixed(gateway.address());
    let mut customer = ChatClient::new(random.fork());
    assert_eq!(
        answer_to(&mut customer, &mut address, "one").await,
        "You said: one"
    );

    let good = fs::read_to_string(deployment.rule_file()).unwrap();
    fs::write(deployment.rule_file(), good.replace(OLD, NEW)).unwrap();
    let (_, took) = until("the new words answer", async || {
        let answer = answer_to(&mut customer, &mut address, "two").await;
        (answer == "You wrote: two").then_some(())
    })
    .await;
    println!("reload: a changed rule file was live after {took:?}");
    // The promise is a second; the bound leaves room for a machine that builds something else.
    assert!(took < Duration::from_secs(5), "live only after {took:?}");

    fs::write(
        deployment.rule_file(),
        good.replace("then reply", "then repyl"),
    )
    .unwrap();
    let (reason, _) = until("/readyz tells of the refused file", async || {
        let body = gateway.get("/readyz").await.body;
        body.contains("hello.rules").then_some(body)
    })
    .await;
    println!("reload: the refusal is told as {}", reason.trim());
    assert_eq!(
        gateway.get("/readyz").await.status,
        200,
        "the good bundle serves"
    );
    assert_eq!(
        answer_to(&mut customer, &mut address, "three").await,
        "You wrote: three"
    );

    fs::write(deployment.rule_file(), good.replace(OLD, NEW)).unwrap();
    until(
        "whoever looks at the log hears that it is over",
        async || {
            let is_told = gateway.log().has("nothing is refused any more");
            is_told.then_some(())
        },
    )
    .await;

    fs::write(deployment.rule_file(), &good).unwrap();
    until("the repaired file is live", async || {
        (answer_to(&mut customer, &mut address, "four").await == "You said: four").then_some(())
    })
    .await;
    let body = gateway.get("/readyz").await.body;
    assert!(
        !body.contains("hello.rules"),
        "nothing is refused any more: {body}"
    );
}

/// Says this and answers what the bot answered.
pub(crate) async fn answer_to(
    customer: &mut ChatClient,
    address: &mut Address,
    text: &str,
) -> String {
    let before = customer.said().len();
    let mut script = |chat: &ChatClient| {
        if chat.said().len() == before {
            Step::Say(text.to_owned())
        } else if chat.unanswered() == 0 {
            Step::Leave
        } else {
            Step::Wait
        }
    };
    customer.chat(address, &mut script).await;
    assert!(
        customer.violations().is_empty(),
        "{:?}",
        customer.violations()
    );
    let (_, last) = customer.transcript().entries().last().expect("an answer");
    last.text.clone()
}
