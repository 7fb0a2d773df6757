//! Problems of meaning: E03xx types and fields that may be missing, E04xx names, E05xx structure, E06xx bounds,
//! E07xx tests, W… warnings, A… analyses.
//!
//! The texts lie in `meaning/{english,chinese}.rs`, in the order of the codes.

mod chinese;
mod english;
pub(crate) mod percentage;

use std::sync::Arc;

use jiff::civil::Date;

use super::{Locale, Severity};
use crate::value::Type;

/// Declares the problems with their codes, so that the list of codes and the code of a problem cannot differ.
macro_rules! problems {
    ($(
        $(#[doc = $doc:literal])+
        $code:literal $severity:ident $name:ident {
            $( $(#[doc = $field_doc:literal])+ $field:ident : $type:ty ),* $(,)?
        }
    )*) => {
        /// The text is in the language, but does not mean anything, or not what its author seems to think.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum MeaningProblem {
            $( $(#[doc = $doc])+ $name { $( $(#[doc = $field_doc])+ $field: $type ),* }, )*
        }

        impl MeaningProblem {
            /// All codes, in order.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The stable code.
            pub fn code(&self) -> &'static str {
                match self { $( Self::$name { .. } => $code, )* }
            }

            /// Whether it keeps the bundle from being made.
            pub fn severity(&self) -> Severity {
                match self { $( Self::$name { .. } => Severity::$severity, )* }
            }
        }
    };
}

problems! {
    /// A value of one type where another is needed.
    "E0301" Error WrongType {
        /// What needs it: a field, a parameter, or a relation such as `has any of`.
        what: String,
        /// The type it needs.
        needed: Type,
        /// What was written.
        written: String,
        /// The type of that.
        found: Type,
    }
    /// `<` on something without an order.
    "E0302" Error NotOrdered {
        /// The relation.
        relation: &'static str,
        /// The field.
        field: Arc<str>,
        /// Its type.
        found: Type,
    }
    /// A percentage above 100 %.
    "E0303" Error PercentOutOfRange {
        /// As written.
        written: String,
    }
    /// A field that is absent at times is read without a guard.
    "E0304" Error MayBeMissing {
        /// The field.
        field: Arc<str>,
        /// Why it may be absent.
        absence: Absence,
    }
    /// CNY against USD.
    "E0305" Error CurrenciesDiffer {
        /// One code.
        left: String,
        /// The other.
        right: String,
    }
    /// No field on either side.
    "E0306" Error NothingCompared {}
    /// One field declared with two types.
    "E0307" Error FieldOfTwoTypes {
        /// Its path.
        field: Arc<str>,
    }
    /// `(text or "x") has any of …`
    "E0308" Error FallbackNotAllowed {
        /// What stands behind it.
        relation: &'static str,
    }
    /// `matches "("`
    "E0309" Error BadPattern {
        /// Why, from the pattern's parser; `None` if it is too large.
        reason: Option<String>,
    }
    /// A language tag that is none, or that no customer's language ever has.
    "E0310" Error BadLanguageTag {
        /// As written.
        tag: String,
        /// The tag for it that rules use.
        meant: Option<&'static str>,
    }
    /// A time zone that does not exist.
    "E0311" Error UnknownTimezone {
        /// As written.
        zone: String,
    }
    /// A bare field that is not a yes or no.
    "E0312" Error NotACondition {
        /// The field.
        field: Arc<str>,
        /// Its type.
        found: Type,
    }
    /// A field where only a constant can stand.
    "E0313" Error NotConstant {
        /// As written.
        written: String,
    }
    /// A day of the week in a condition.
    "E0314" Error Weekday {
        /// As written.
        day: String,
    }
    /// No item of this name is visible.
    "E0401" Error UnknownName {
        /// What kind of item.
        kind: ItemKind,
        /// As written.
        name: String,
        /// A name that it resembles.
        nearest: Option<String>,
        /// A module whose public item of this name could be used.
        module: Option<String>,
        /// Those there are, shortened; empty if there are none.
        known: String,
    }
    /// Not a member of the enum.
    "E0402" Error UnknownMember {
        /// Its name.
        of: Arc<str>,
        /// As written.
        name: String,
        /// A member that it resembles.
        nearest: Option<String>,
        /// All members, shortened.
        members: String,
    }
    /// No such field.
    "E0403" Error UnknownField {
        /// As written.
        field: String,
        /// A field that it resembles.
        nearest: Option<String>,
        /// A module that declares it but is not used here, and the word to use.
        module: Option<(String, String)>,
        /// What else than a field it may be.
        word: BareWord,
    }
    /// No such event.
    "E0404" Error UnknownEvent {
        /// As written.
        event: String,
        /// An event that it resembles.
        nearest: Option<String>,
        /// A module that declares it but is not used here, and the word to use.
        module: Option<(String, String)>,
    }
    /// Two of one name.
    "E0405" Error DuplicateName {
        /// What kind of thing.
        kind: ItemKind,
        /// The name.
        name: String,
    }
    /// `use` of a module that no file has.
    "E0406" Error UnknownModule {
        /// As written.
        module: String,
        /// A module that it resembles.
        nearest: Option<String>,
    }
    /// `use` of a name that the module does not offer.
    "E0407" Error NotInModule {
        /// The module.
        module: String,
        /// As written.
        name: String,
        /// A name that it resembles.
        nearest: Option<String>,
        /// It is there, as a condition without `public`.
        private: bool,
    }
    /// An argument that the template has no parameter for.
    "E0408" Error UnknownArgument {
        /// The template.
        template: Arc<str>,
        /// As written.
        name: String,
        /// A parameter that it resembles.
        nearest: Option<String>,
    }
    /// A placeholder that is no parameter.
    "E0409" Error UnknownPlaceholder {
        /// As written.
        name: String,
        /// A parameter that it resembles.
        nearest: Option<String>,
    }
    /// A parameter without an argument.
    "E0410" Error MissingArgument {
        /// The template.
        template: Arc<str>,
        /// The parameter.
        parameter: String,
    }
    /// Not a priority.
    "E0411" Error UnknownPriority {
        /// As written.
        name: String,
        /// A priority that it resembles.
        nearest: Option<String>,
    }
    /// Not a type.
    "E0412" Error UnknownType {
        /// As written.
        name: String,
        /// A type that it resembles.
        nearest: Option<String>,
    }
    /// A condition that needs itself.
    "E0413" Error ConditionCycle {
        /// The way round: `a, b, a`.
        way: String,
    }
    /// A schema declares a field that is built in.
    "E0414" Error BuiltInField {
        /// The field.
        field: String,
    }
    /// A module of the author's that calls itself a standard one.
    "E0415" Error ReservedModule {
        /// The module.
        module: String,
    }
    /// No `ranks`.
    "E0501" Error NoRanks {}
    /// A second `ranks`.
    "E0502" Error SecondRanks {}
    /// No default queue.
    "E0503" Error NoDefaultQueue {}
    /// A second default queue.
    "E0504" Error SecondDefaultQueue {}
    /// A template without the language that everything falls back to.
    "E0505" Error NoDefaultBody {
        /// The template.
        template: Arc<str>,
        /// The language.
        language: Arc<str>,
    }
    /// A keyword, or a text to look for, in which nothing is left after folding.
    "E0506" Error EmptyText {}
    /// An effect that can only happen once in a rule.
    "E0507" Error RepeatedEffect {
        /// Its words.
        effect: &'static str,
    }
    /// Two bodies for one language.
    "E0508" Error RepeatedBody {
        /// The language.
        language: String,
    }
    /// A setting of the bundle said twice.
    "E0509" Error SecondSetting {
        /// Its word.
        setting: &'static str,
    }
    /// A holiday in a year that the holidays do not name.
    "E0510" Error HolidayOutsideYears {
        /// The day.
        day: Date,
    }
    /// A day that two lines of the same holidays name.
    "E0511" Error HolidayTwice {
        /// The day.
        day: Date,
    }
    /// `off 2026-10-07 to 2026-10-01`
    "E0512" Error DaysReversed {}
    /// A calendar where a field stands, or compared with something else than `open` and `closed`.
    "E0513" Error NotOpenOrClosed {
        /// The calendar.
        calendar: String,
    }
    /// `rising above` on something that is not kept from turn to turn.
    "E0514" Error CannotRise {
        /// The field.
        field: String,
        /// Those that can.
        known: String,
    }
    /// `hand over` in a rule that fires while a person has the conversation.
    "E0515" Error HandOverWhileAssigned {}
    /// `counts as marketing` without a cap.
    "E0516" Error NoMarketingCap {}
    /// `send … after 72h` and `not later than 48h`.
    "E0517" Error NeverInTime {}
    /// Queues that overflow into each other in a circle.
    "E0518" Error OverflowCircle {
        /// One of them.
        queue: String,
    }
    /// `when closed` or `overflow to` of a queue without `hours`.
    "E0519" Error QueueNeverClosed {
        /// Which of the two.
        clause: &'static str,
    }
    /// `quiet hours 09:00 to 09:00`
    "E0520" Error AlwaysQuiet {}
    /// `at most 0 times`
    "E0601" Error LimitTimesOutOfRange {
        /// How many.
        times: u32,
        /// How many there may be.
        most: u32,
    }
    /// `per 31d`
    "E0602" Error WindowOutOfRange {
        /// The longest window, as written in rules.
        most: &'static str,
    }
    /// A tag that is taken off at once, or after a lifetime.
    "E0603" Error TagLifetimeOutOfRange {
        /// The longest lifetime, as written in rules.
        most: &'static str,
    }
    /// More than the bundle may hold.
    "E0604" Error TooMany {
        /// Of what.
        kind: ItemKind,
        /// How many there may be.
        most: usize,
    }
    /// A condition that grows too large with the conditions it names.
    "E0605" Error ConditionTooLarge {
        /// How many comparisons there may be.
        most: usize,
    }
    /// `at 09:00` behind `at 10:00`.
    "E0701" Error ClockMovesBack {}
    /// `expect` before anything happened.
    "E0702" Error ExpectTooEarly {}
    /// A test's event lacks a field that its schema has.
    "E0703" Error MissingEventField {
        /// The event.
        event: String,
        /// The field's name.
        field: String,
    }
    /// A fact that a test does not set this way.
    "E0704" Error FactNotSettable {
        /// The field.
        field: Arc<str>,
        /// How it gets its value.
        source: FactSource,
    }
    /// One fact set twice in one line.
    "E0705" Error RepeatedFact {
        /// The field.
        field: Arc<str>,
    }
    /// A fact calls a script that is not there.
    "E0801" Error NoScript {
        /// The path that it would have.
        file: String,
    }
    /// A type of which scripts give no values.
    "E0802" Error NoScriptResult {
        /// The type.
        found: Type,
    }
    /// `within 0 steps`
    "E0803" Error StepsOutOfRange {
        /// How many there may be.
        most: u32,
    }
    /// A fact's script is given another fact of a script, or something that is no field.
    "E0804" Error NoScriptArgument {
        /// As written.
        written: String,
    }
    /// A script that cannot be read.
    "E0805" Error BadScript {
        /// Why, in a line, in English.
        english: String,
        /// The same in Chinese.
        chinese: String,
    }
    /// A script lacks the function that a fact calls.
    "E0806" Error NoScriptFunction {
        /// Its name.
        function: String,
        /// How many arguments it is given.
        arguments: usize,
        /// How many parameters the functions of that name take.
        found: Vec<usize>,
    }
    /// A fallback for a field that is always there.
    "W0301" Hint NeedlessFallback {
        /// The field.
        field: Arc<str>,
    }
    /// A name that is used nowhere in the file.
    "W0401" Warning UnusedUse {
        /// The name.
        name: String,
    }
    /// Two names that differ only in characters that look alike.
    "W0402" Warning LooksAlike {
        /// What kind of thing.
        kind: ItemKind,
        /// The name that stands here.
        name: String,
        /// The other.
        other: String,
        /// A character that only looks like the other name's.
        character: char,
    }
    /// A phrase behind `except` in which no keyword stands.
    "W0501" Warning UselessExcept {
        /// The phrase.
        phrase: Arc<str>,
    }
    /// A template without a language that other templates have.
    "W0502" Warning MissingTranslation {
        /// The template.
        template: Arc<str>,
        /// The languages.
        languages: String,
    }
    /// A parameter that no body says.
    "W0503" Warning UnusedParameter {
        /// The template.
        template: Arc<str>,
        /// The parameter.
        parameter: String,
    }
    /// Holidays that end soon, or have ended.
    "W0504" Warning HolidayDataEnds {
        /// Their name.
        holidays: String,
        /// The last day of which they know.
        last: Date,
    }
    /// `｛name｝` in a template: customers would read it as it stands.
    "W0505" Warning FullWidthBraces {
        /// As written.
        written: String,
        /// With the braces of a placeholder.
        write: String,
    }
    /// A parameter that the text of one language says and that of another does not.
    "W0506" Warning UnsaidInLanguage {
        /// The template.
        template: Arc<str>,
        /// The parameter.
        parameter: String,
        /// The language that lacks it.
        language: Arc<str>,
    }
    /// Customers send pictures too, and no rule hears of them.
    "W0507" Warning AttachmentsUnheard {
        /// The kinds of which no rule hears.
        kinds: String,
    }
    /// A test that passes whatever the rules say.
    "W0701" Warning VacuousTest {}
    /// A script that no fact calls.
    "W0801" Warning UnusedScript {
        /// Its path.
        file: String,
    }
    /// A script that gave no value when it was tried.
    "W0802" Warning DoubtfulScript {
        /// What it was given.
        tried: String,
        /// What came of it, in English.
        english: String,
        /// The same in Chinese.
        chinese: String,
    }
    /// A condition that can never be true.
    "A01" Error NeverTrue {}
    /// A condition that can never be false.
    "A02" Warning NeverFalse {}
    /// Two rules of one rank answer one message differently.
    "A05" Error Overlap {
        /// The rule that stands here.
        rule: Arc<str>,
        /// The other.
        other: Arc<str>,
        /// Their rank.
        rank: Arc<str>,
        /// A message, and facts, that fire both.
        witness: String,
    }
    /// Something that nothing uses.
    "A07" Warning Unused {
        /// What kind of item.
        kind: ItemKind,
        /// Its name.
        name: String,
    }
    /// An outreach that waits and does not say what takes it back.
    "A11" Error NotCancelled {
        /// Its name.
        name: String,
    }
    /// A keyword that is excepted whole.
    "A13" Warning KeywordExcepted {
        /// The keyword.
        keyword: Arc<str>,
    }
    /// Two spellings of one keyword.
    "A15" Hint SameKeyword {
        /// The second spelling.
        keyword: Arc<str>,
        /// The first.
        first: Arc<str>,
    }
    /// Something that could keep a customer who asks for a person from the queue.
    "A21" Error PersonKeptAway {
        /// The rank.
        rank: Arc<str>,
        /// It stands above `safety`; otherwise a rule stands in it.
        above: bool,
    }
}

/// What kind of thing has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKind {
    /// `list`
    List,
    /// `queue`
    Queue,
    /// `template`
    Template,
    /// `condition`
    Condition,
    /// `enum`
    Enum,
    /// `rule`
    Rule,
    /// A name of `ranks`.
    Rank,
    /// A line of a schema.
    Field,
    /// A name of an enum.
    Member,
    /// A template's parameter.
    Parameter,
    /// An argument of `reply`.
    Argument,
    /// A keyword of a list.
    Keyword,
    /// A name that `use` brings.
    Used,
    /// `test`
    Test,
    /// `signal`
    Signal,
    /// `fact`
    Fact,
    /// `calendar`
    Calendar,
    /// `holidays`
    Holidays,
    /// A line of a calendar that says when it is open.
    OpeningHours,
    /// `outreach`
    Outreach,
}

/// What a word may be that stands where a field or a value can, and is no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BareWord {
    /// A field was meant, or nobody knows.
    Field,
    /// A text without its quotes.
    Text,
    /// The name of a visible `list`: in quotes it would be looked for letter by letter.
    List,
}

/// Why a field may be absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// It is declared optional, or a model's score comes late.
    Optional,
    /// It is only there under another trigger.
    OtherTrigger {
        /// A trigger under which it is there, as written in rules; `None` if there is no single one.
        trigger: Option<String>,
    },
    /// It is optional, and the template has no fallback for it in every language.
    NoFallback {
        /// The parameter.
        parameter: String,
    },
}

/// How a fact gets its value in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactSource {
    /// `customer says "…"`
    Says,
    /// `customer sends image`
    Sends,
    /// `at 10:00`
    Clock,
    /// `event x (…)`
    Event,
}

impl MeaningProblem {
    /// One line that says what is wrong.
    pub fn message(&self, locale: Locale) -> String {
        match locale {
            Locale::English => english::message(self),
            Locale::Chinese => chinese::message(self),
        }
    }

    /// What to write instead, where that is certain.
    pub fn help(&self, locale: Locale) -> Option<String> {
        match locale {
            Locale::English => english::help(self),
            Locale::Chinese => chinese::help(self),
        }
    }
}
