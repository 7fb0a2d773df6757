//! One compiled script.

use rhai::{AST, CallFnOptions, Dynamic, Engine, LexError, ParseErrorType, Position, Scope};
use signalbox_dsl::value::{Type, Value};

use crate::convert::{ResultType, from_script, to_script};
use crate::failure::{Failure, shortened};
use crate::limits::{MOST_SOURCE_BYTES, MOST_STEPS, sandbox};
use crate::steps::counted;

/// What a fact calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the function.
    pub function: String,
    /// The types of its arguments, in order.
    pub parameters: Vec<Type>,
    /// What it must give.
    pub result: ResultType,
    /// After how many steps it is stopped; [`MOST_STEPS`] if it says more.
    pub steps: u64,
}

/// A script that compiles and has the function that its fact calls. Cheap to share between threads; a call takes `&self`.
pub struct Script {
    engine: Engine,
    ast: AST,
    signature: Signature,
    /// The line in which the function begins, from 1.
    begins: usize,
}

/// Why a script cannot be used. All of it is found before anything runs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadScript {
    /// It is no script, or says what no script may say.
    #[error("{english}")]
    Unreadable {
        /// What is wrong, in a line.
        english: String,
        /// The same in Chinese.
        chinese: String,
        /// Where, in bytes of the source.
        place: usize,
    },
    /// It has statements outside of functions, which nobody would run.
    #[error("only functions can stand at the top of a script")]
    Statements,
    /// It lacks the function that the fact calls.
    #[error("there is no function `{function}` with {parameters} parameters")]
    NoFunction {
        /// Its name.
        function: String,
        /// How many arguments the fact gives it.
        parameters: usize,
        /// How many parameters the functions of that name have.
        found: Vec<usize>,
    },
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// A value of the result's type.
    pub result: Result<Value, Failure>,
    /// Steps that it took: the same on every machine.
    pub steps: u64,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// [`BadScript`]
    pub fn compile(source: &str, mut signature: Signature) -> Result<Self, BadScript> {
        signature.steps = signature.steps.min(MOST_STEPS);
        if source.len() > MOST_SOURCE_BYTES {
            let kib = MOST_SOURCE_BYTES / 1024;
            return Err(BadScript::Unreadable {
                english: format!("it is longer than {kib} KiB"),
                chinese: format!("脚本超过 {kib} KiB"),
                place: 0,
            });
        }
        // Some editors begin a file with a mark that nobody sees, and Rhai would refuse.
        let readable = source.strip_prefix('\u{feff}').unwrap_or(source);
        let engine = sandbox();
        let ast = engine.compile(readable).map_err(|error| {
            let (english, chinese) = in_plain_words(error.err_type());
            let skipped = source.len() - readable.len();
            BadScript::Unreadable {
                english,
                chinese,
                place: skipped + offset(readable, error.position()),
            }
        })?;
        // Rhai does not tell whether there are statements, but running none takes no step.
        let (ran, steps) = counted(signature.steps, || engine.run_ast(&ast));
        if ran.is_err() || steps > 0 {
            return Err(BadScript::Statements);
        }
        let of_that_name = ast
            .iter_functions()
            .filter(|it| it.name == signature.function);
        let found: Vec<usize> = of_that_name.map(|it| it.params.len()).collect();
        if !found.contains(&signature.parameters.len()) {
            return Err(BadScript::NoFunction {
                function: signature.function,
                parameters: signature.parameters.len(),
                found,
            });
        }
        Ok(Self {
            engine,
            ast,
            begins: line_of_function(readable, &signature.function),
            signature,
        })
    }

    /// Calls the function, with one value a parameter.
    pub fn call(&self, arguments: &[&Value]) -> Outcome {
        let given = arguments.iter().zip(&self.signature.parameters);
        let given: Option<Vec<Dynamic>> =
            given.map(|(value, kind)| to_script(value, kind)).collect();
        let Some(given) = given else {
            return Outcome {
                result: Err(Failure::ArgumentTooLarge),
                steps: 0,
            };
        };
        let options = CallFnOptions::new().eval_ast(false).rewind_scope(true);
        let (called, steps) = counted(self.signature.steps, || {
            let mut scope = Scope::new();
            let function = &self.signature.function;
            self.engine
                .call_fn_with_options::<Dynamic>(options, &mut scope, &self.ast, function, given)
        });
        let result = match called {
            Ok(result) => from_script(result, &self.signature.result)
                .map_err(|found| Failure::WrongResult { found }),
            Err(error) => Err(Failure::of(*error, self.begins)),
        };
        Outcome { result, steps }
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script")
            .field("signature", &self.signature)
            .finish_non_exhaustive()
    }
}

/// The line in which a function of this name begins, from 1; the first if none begins a line.
fn line_of_function(source: &str, name: &str) -> usize {
    let begins = source.lines().position(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("private ").unwrap_or(line).trim_start();
        let named = line
            .strip_prefix("fn ")
            .and_then(|rest| rest.trim_start().strip_prefix(name));
        named.is_some_and(|rest| rest.trim_start().starts_with('('))
    });
    begins.map_or(1, |before| before + 1)
}

/// What is wrong, in English and Chinese: Rhai's own words, but for what our limits forbid.
fn in_plain_words(error: &ParseErrorType) -> (String, String) {
    let both = |english: &str, chinese: &str| (english.to_owned(), chinese.to_owned());
    let forbidden = |word: &str| {
        (
            format!("scripts cannot use `{word}`"),
            format!("脚本不能使用 `{word}`"),
        )
    };
    match error {
        ParseErrorType::Reserved(word) => forbidden(word),
        ParseErrorType::BadInput(LexError::ImproperSymbol(word, why))
            if why.ends_with("is disabled") =>
        {
            forbidden(word)
        }
        ParseErrorType::VariableUndefined(name) => (
            format!("there is no variable `{name}`"),
            format!("没有变量 `{name}`"),
        ),
        ParseErrorType::ExprTooDeep => {
            both("expressions lie too deep in each other", "表达式嵌套过深")
        }
        ParseErrorType::TooManyFunctions => both("there are too many functions", "函数太多"),
        ParseErrorType::LiteralTooLarge(..) => {
            both("a text, array or map is too large", "文字、数组或映射过大")
        }
        other => {
            let words = shortened(&other.to_string());
            let mut letters = words.chars();
            let first = letters.next().map(|it| it.to_lowercase().to_string());
            let words = first.unwrap_or_default() + letters.as_str().trim_end_matches('.');
            let chinese = format!("Rhai 报告 “{words}”");
            (words, chinese)
        }
    }
}

/// The byte at which a place of Rhai's begins: lines and characters, counted from 1.
fn offset(source: &str, position: Position) -> usize {
    let Some(line) = position.line() else {
        return source.len();
    };
    let lines = source.split_inclusive('\n').take(line.saturating_sub(1));
    let before: usize = lines.map(str::len).sum();
    let rest = source.get(before..).unwrap_or_default();
    let column = position.position().unwrap_or(1).saturating_sub(1);
    let within = rest
        .char_indices()
        .nth(column)
        .map_or(rest.len(), |(at, _)| at);
    before + within
}

#[cfg(test)]
mod tests;
