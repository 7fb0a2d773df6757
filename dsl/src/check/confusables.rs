//! W0402: names that people cannot tell apart, as UTS #39 has it: a Cyrillic `Р` in `VIР`, a Greek `ο` in `οrder`.
//!
//! Full-width letters are no case of it: the lexer has made ASCII letters of them. Two names of ASCII letters only are left
//! alone, since everybody knows that `rule_l` and `rule_1` are near each other and some write both on purpose.

use std::collections::HashMap;

use unicode_security::skeleton;

use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::problem::{ItemKind, MeaningProblem, Related};

use super::Checker;

impl Checker<'_> {
    /// Warns of names of one kind that look like another, wherever in the bundle that stands.
    pub(super) fn find_confusable_names(&mut self) {
        let mut seen: HashMap<(ItemKind, String), &ast::Name> = HashMap::new();
        for one in self.names.all() {
            let look = (one.kind, skeleton(&one.name.text).collect());
            let Some(first) = seen.get(&look) else {
                seen.insert(look, one.name);
                continue;
            };
            let Some(character) = odd_character(&one.name.text, &first.text) else {
                continue;
            };
            let problem = MeaningProblem::LooksAlike {
                kind: one.kind,
                name: one.name.text.to_string(),
                other: first.text.to_string(),
                character,
            };
            let finding = Diagnostic::new(problem, one.name.span);
            self.findings
                .push(finding.with_related(first.span, Related::DeclaredHere));
        }
    }
}

/// A character outside ASCII that only one of the names has; `None` if there is none.
fn odd_character(one: &str, other: &str) -> Option<char> {
    let only_in = |name: &str, lacking: &str| {
        let mut characters = name.chars();
        characters.find(|it| !it.is_ascii() && !lacking.contains(*it))
    };
    only_in(one, other).or_else(|| only_in(other, one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Locale;
    use crate::source::{SourceFile, SourceSet};

    #[test]
    fn the_character_that_only_one_has_is_named() {
        assert_eq!(odd_character("VI\u{420}", "VIP"), Some('\u{420}'));
        assert_eq!(odd_character("VIP", "VI\u{420}"), Some('\u{420}'));
        assert_eq!(odd_character("rule_l", "rule_1"), None);
        assert_eq!(odd_character("退款", "退款"), None);
    }

    fn told(items: &str) -> Vec<String> {
        let text =
            format!("language 1\nmodule t\nranks low\nqueue people \"People\" default\n{items}");
        let checked = crate::check(&SourceSet::new(vec![SourceFile {
            path: "t.rules".into(),
            text: text.into(),
        }]));
        let alike = checked
            .diagnostics
            .iter()
            .filter(|found| found.problem.code() == "W0402");
        alike
            .map(|found| {
                assert_eq!(found.related.len(), 1, "both places are named");
                found.problem.message(Locale::English)
            })
            .collect()
    }

    #[test]
    fn names_of_one_kind_that_look_alike_are_told() {
        let list = |name: &str| format!("list {name}\n  \"a\"\n");
        let queue = |name: &str| format!("queue {name} \"Q\"\n");
        let greek = "\u{3bf}rder";
        let several = [
            list("order"),
            list(greek),
            queue(greek),
            queue("VIP"),
            queue("\u{412}IP"),
        ];
        assert_eq!(
            told(&several.concat()),
            ["list `\u{3bf}rder` looks like `order`, but is another name"],
            "a list and a queue do not meet, and B is not V"
        );
        let near = [list("rule_l"), list("rule_1"), list("退款"), list("退货")];
        assert_eq!(told(&near.concat()), [""; 0]);
        // The lexer reads full-width letters as ASCII, so these are one name, declared twice.
        assert_eq!(told(&[list("VIP"), list("ＶＩＰ")].concat()), [""; 0]);
    }
}
