//! Nested lists and how they are broken into lines.

/// A list that is wider than this is broken.
const WIDTH: usize = 100;

/// A word or a list.
pub(super) enum Form {
    Word(String),
    List(Vec<Form>),
}

pub(super) fn word(text: impl Into<String>) -> Form {
    Form::Word(text.into())
}

/// A list that begins with `head`.
pub(super) fn list(head: &str, rest: impl IntoIterator<Item = Form>) -> Form {
    Form::List(std::iter::once(word(head)).chain(rest).collect())
}

impl Form {
    /// The form on lines of its own, the last one ended.
    pub(super) fn lines(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out.push('\n');
        out
    }

    fn write(&self, indent: usize, out: &mut String) {
        let on_one_line = self.on_one_line();
        let Self::List(parts) = self else {
            return out.push_str(&on_one_line);
        };
        if indent + on_one_line.chars().count() <= WIDTH {
            return out.push_str(&on_one_line);
        }
        out.push('(');
        // The head and the words behind it, which name the thing, share its line.
        let mut naming = true;
        for (place, part) in parts.iter().enumerate() {
            naming &= matches!(part, Self::Word(_));
            if naming {
                out.push_str(if place > 0 { " " } else { "" });
                out.push_str(&part.on_one_line());
            } else {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent + 2));
                part.write(indent + 2, out);
            }
        }
        out.push(')');
    }

    fn on_one_line(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::List(parts) => {
                let parts: Vec<String> = parts.iter().map(Self::on_one_line).collect();
                format!("({})", parts.join(" "))
            }
        }
    }
}
