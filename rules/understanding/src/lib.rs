//! What a message says of itself: the language it is in, and the emotions in its words.
//!
//! Pure: no I/O, no clock, no floats, so that a text has the same scores on every machine. Start at [`detect`] for languages and at
//! [`EmotionScorer`] for emotions; [`shipped`] is the scorer that everybody gets. It is a lexicon, and says of every point
//! which words gave it; a trained one can take its place behind the same trait.
//!
//! Not here: what a conversation remembers of it (the rules' `Conversation`), and what is done about it (rules).

mod emotion;
mod language;
mod lexical;
mod lexicon;
mod score;

pub use emotion::{Emotion, EmotionScorer, Evidence, Head, Scores};
pub use language::{Detected, Language, Script, detect};
pub use lexical::{Lexical, shipped};
pub use lexicon::{Lexicon, LexiconError};
pub use score::Score;
