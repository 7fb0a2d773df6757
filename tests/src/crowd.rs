//! Several customers who chat at once, and what they have done so far, so that a test can strike at a moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::address::Address;
use crate::chat_client::{ChatClient, Script, Step};
use crate::seed::Random;
use crate::until::within_patience;

/// Messages that one customer has on the way at once, so that connections end with some in every state.
const IN_FLIGHT: u64 = 4;

/// What all of them have done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Messages said.
    pub said: u64,
    /// Messages acknowledged.
    pub acknowledged: u64,
    /// Messages answered.
    pub answered: u64,
}

/// Customers at work.
#[derive(Debug)]
pub struct Crowd {
    customers: JoinSet<(usize, ChatClient)>,
    progress: watch::Receiver<Progress>,
    is_closing: Arc<AtomicBool>,
}

impl Crowd {
    /// Lets these customers chat with whoever is at `address`, until [`Crowd::finish`].
    pub fn start(clients: Vec<ChatClient>, address: &Address, random: &mut Random) -> Self {
        let progress = watch::Sender::new(Progress::default());
        let seen = progress.subscribe();
        let progress = Arc::new(progress);
        let is_closing = Arc::new(AtomicBool::new(false));
        let mut customers = JoinSet::new();
        for (number, mut client) in clients.into_iter().enumerate() {
            let mut talker = Talker {
                number,
                random: random.fork(),
                told: own_progress(&client),
                all: Arc::clone(&progress),
                is_closing: Arc::clone(&is_closing),
            };
            let mut address = address.clone();
            customers.spawn(async move {
                client.chat(&mut address, &mut talker).await;
                (number, client)
            });
        }
        Self {
            customers,
            progress: seen,
            is_closing,
        }
    }

    /// What they have done since the start, together.
    pub fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Waits until they have done enough.
    ///
    /// # Panics
    /// When a customer failed.
    pub async fn until(&mut self, enough: impl Fn(Progress) -> bool) {
        let mut progress = self.progress.clone();
        let customers = &mut self.customers;
        within_patience("the customers have done enough", async {
            tokio::select! {
                reached = progress.wait_for(|progress| enough(*progress)) => {
                    reached.expect("the customers are there");
                }
                ended = customers.join_next() => {
                    panic!("a customer ended too soon: {:?}", ended.map(|ended| ended.map(|_| ())));
                }
            }
        })
        .await;
    }

    /// Says nothing new, waits until everything is answered, and gives the customers back in their order.
    ///
    /// # Panics
    /// When a customer failed.
    pub async fn finish(mut self) -> Vec<ChatClient> {
        self.is_closing.store(true, Ordering::Relaxed);
        let mut clients = Vec::new();
        within_patience("every message is answered", async {
            while let Some(ended) = self.customers.join_next().await {
                clients.push(ended.expect("a customer's task"));
            }
        })
        .await;
        clients.sort_by_key(|(number, _)| *number);
        clients.into_iter().map(|(_, client)| client).collect()
    }
}

fn own_progress(client: &ChatClient) -> Progress {
    let said = client.said().len() as u64;
    Progress {
        said,
        acknowledged: said - client.unacknowledged() as u64,
        answered: said - client.unanswered() as u64,
    }
}

/// One customer's script: keeps a few messages on the way, and tells what happened.
struct Talker {
    number: usize,
    random: Random,
    /// What of this customer is already in `all`.
    told: Progress,
    all: Arc<watch::Sender<Progress>>,
    is_closing: Arc<AtomicBool>,
}

impl Script for Talker {
    fn next(&mut self, chat: &ChatClient) -> Step {
        let own = own_progress(chat);
        if own != self.told {
            self.all.send_modify(|all| {
                all.said += own.said - self.told.said;
                all.acknowledged += own.acknowledged - self.told.acknowledged;
                all.answered += own.answered - self.told.answered;
            });
            self.told = own;
        }
        let on_the_way = own.said - own.acknowledged.min(own.answered);
        let is_closing = self.is_closing.load(Ordering::Relaxed);
        if is_closing && on_the_way == 0 {
            Step::Leave
        } else if is_closing || on_the_way >= IN_FLIGHT {
            Step::Wait
        } else {
            Step::Say(self.words(own.said))
        }
    }
}

impl Talker {
    /// Words that no other message has, in every width a text can have.
    fn words(&mut self, number: u64) -> String {
        let padding = match self.random.below(4) {
            0 => String::new(),
            1 => "在吗？".repeat(self.random.below(30) as usize),
            2 => "\u{1f600} ".repeat(self.random.below(20) as usize),
            _ => "really ".repeat(self.random.below(60) as usize),
        };
        format!("customer {} says no. {number}: {padding}end", self.number)
    }
}
