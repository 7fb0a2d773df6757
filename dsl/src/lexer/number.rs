//! Numbers and what belongs to them: `12`, `-3`, `12.50`, `70%`, `10m`, `09:30`, `2026-11-11`.

use rust_decimal::Decimal;
use unicode_ident::is_xid_start;

use super::Lexer;
use crate::problem::SyntaxProblem;
use crate::token::TokenKind;

impl Lexer<'_> {
    /// Whether the `-` at the position is the sign of a number and not the hyphen of a language tag.
    pub(super) fn minus_begins_number(&self) -> bool {
        let glued = self.tokens.last().is_some_and(|last| {
            last.span.end as usize == self.position && matches!(last.kind, TokenKind::Word(_))
        });
        !glued && self.peek(1).is_some_and(|next| next.is_ascii_digit())
    }

    pub(super) fn number(&mut self) {
        let start = self.position;
        let mut digits = String::new();
        if self.peek(0) == Some('-') {
            self.bump_folded();
            digits.push('-');
        }
        self.digits(&mut digits);
        if digits.len() == 4 && self.date(start, &digits) {
            return;
        }
        if digits.len() <= 2 && self.time(start, &digits) {
            return;
        }
        let has_point = self.peek(0) == Some('.') && self.digit_at(1);
        if has_point {
            self.bump_folded();
            digits.push('.');
            self.digits(&mut digits);
        }
        let Ok(value) = Decimal::from_str_exact(&digits) else {
            let number = digits;
            self.report(
                SyntaxProblem::NumberOutOfRange { number },
                self.span_from(start),
            );
            return self.push(TokenKind::Invalid, start);
        };
        let kind = self.unit(value, has_point);
        self.push(kind, start);
    }

    /// `%` or a word behind the number makes it more than a number.
    fn unit(&mut self, value: Decimal, has_point: bool) -> TokenKind {
        match self.peek(0) {
            Some('%') => {
                self.bump_folded();
                TokenKind::Percent(value)
            }
            Some(next) if is_xid_start(next) => TokenKind::WithUnit {
                amount: value,
                unit: self.take_word(),
            },
            _ => TokenKind::Number { value, has_point },
        }
    }

    /// `09:30`. Takes nothing if it is none.
    fn time(&mut self, start: usize, hour: &str) -> bool {
        let is_time =
            self.peek(0) == Some(':') && self.digit_at(1) && self.digit_at(2) && !self.digit_at(3);
        if !is_time {
            return false;
        }
        self.bump_folded();
        let mut minute = String::new();
        self.digits(&mut minute);
        let time = hour
            .parse()
            .ok()
            .zip(minute.parse().ok())
            .and_then(|(hour, minute)| jiff::civil::Time::new(hour, minute, 0, 0).ok());
        match time {
            Some(time) => self.push(TokenKind::Time(time), start),
            None => {
                let time = format!("{hour}:{minute}");
                self.report(SyntaxProblem::NoSuchTime { time }, self.span_from(start));
                self.push(TokenKind::Invalid, start);
            }
        }
        true
    }

    /// `2026-11-11`. Takes nothing if it is none.
    fn date(&mut self, start: usize, year: &str) -> bool {
        let is_date = self.peek(0) == Some('-')
            && self.digit_at(1)
            && self.digit_at(2)
            && self.peek(3) == Some('-')
            && self.digit_at(4)
            && self.digit_at(5);
        if !is_date {
            return false;
        }
        self.bump_folded();
        let mut month = String::new();
        self.digits(&mut month);
        self.bump_folded();
        let mut day = String::new();
        self.digits(&mut day);
        let written = format!("{year}-{month}-{day}");
        match written.parse::<jiff::civil::Date>() {
            Ok(date) => self.push(TokenKind::Date(date), start),
            Err(_) => {
                self.report(
                    SyntaxProblem::NoSuchDate { date: written },
                    self.span_from(start),
                );
                self.push(TokenKind::Invalid, start);
            }
        }
        true
    }

    fn digit_at(&self, ahead: usize) -> bool {
        self.peek(ahead).is_some_and(|next| next.is_ascii_digit())
    }

    fn digits(&mut self, digits: &mut String) {
        while let Some(digit) = self.peek(0)
            && digit.is_ascii_digit()
        {
            digits.push(digit);
            self.bump_folded();
        }
    }
}
