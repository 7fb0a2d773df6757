//! Reads the bytes of a rule file that may not be UTF-8, as editors on a Chinese Windows save it.
//!
//! A guess is good enough to show the author's own words around a finding; it is never good enough to make a bundle of.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use signalbox_dsl::Encoding;

/// A file's text.
pub(super) struct Decoded {
    pub(super) text: String,
    /// If it is not UTF-8: what it seems to be, and the first byte of the text that is not as it would be in UTF-8.
    pub(super) foreign: Option<(Encoding, u32)>,
}

pub(super) fn decode(bytes: Vec<u8>) -> Decoded {
    if let Some(text) = utf_16(&bytes) {
        return Decoded {
            text,
            foreign: Some((Encoding::Utf16, 0)),
        };
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => {
            return Decoded {
                text,
                foreign: None,
            };
        }
        Err(error) => error,
    };
    let first = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    // Where Chinese was well up to here, it is UTF-8 with a damaged place, which reads as nonsense in any other encoding.
    let is_ascii_before = bytes.get(..first).is_some_and(<[u8]>::is_ascii);
    let (text, encoding) = match GB18030.decode_without_bom_handling_and_without_replacement(bytes)
    {
        Some(text) if is_ascii_before => (text.into_owned(), Encoding::Gb18030),
        _ => (
            String::from_utf8_lossy(bytes).into_owned(),
            Encoding::Unknown,
        ),
    };
    Decoded {
        text,
        // A file of more bytes is refused before anybody looks for a place in it.
        foreign: Some((encoding, u32::try_from(first).unwrap_or(u32::MAX))),
    }
}

/// By its mark at the beginning; without one, by the zeros in front of or behind the letters of `language 1`.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let encoding = match bytes {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => UTF_16LE,
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => UTF_16BE,
        _ => return None,
    };
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    Some(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> (String, Option<(Encoding, u32)>) {
        let decoded = decode(bytes.to_vec());
        (decoded.text, decoded.foreign)
    }

    #[test]
    fn the_encodings_of_chinese_editors_are_told_apart() {
        let text = "# rules\nlist 退款";
        let (gbk, _, _) = GB18030.encode(text);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let whole = |encoding, first| (text.to_owned(), Some((encoding, first)));
        assert_eq!(told(text.as_bytes()), (text.to_owned(), None));
        assert_eq!(told(&gbk), whole(Encoding::Gb18030, 13));
        assert_eq!(told(&little), whole(Encoding::Utf16, 0));
        assert_eq!(told(&big), whole(Encoding::Utf16, 0));
        assert_eq!(
            told(&[&[0xff, 0xfe][..], &little].concat()),
            whole(Encoding::Utf16, 0)
        );
        assert_eq!(
            told(&[&[0xfe, 0xff][..], &big].concat()),
            whole(Encoding::Utf16, 0)
        );
    }

    #[test]
    fn a_damaged_place_in_utf_8_is_no_other_encoding() {
        let damaged = ["退款 ".as_bytes(), &[0xcd, 0xcb], " 换货".as_bytes()].concat();
        let (text, foreign) = told(&damaged);
        assert_eq!(foreign, Some((Encoding::Unknown, 7)));
        assert!(text.starts_with("退款 \u{fffd}"), "{text}");
        assert!(text.ends_with(" 换货"), "{text}");
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(told(b""), (String::new(), None));
    }
}
