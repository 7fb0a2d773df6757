//! How large a value may be: measured over all that is in it.

use rhai::{Dynamic, EvalAltResult, Position};

use crate::limits::{DEEPEST_VALUE, MOST_ELEMENTS, MOST_ENTRIES, MOST_TEXT_BYTES};
use crate::steps::{Answer, charge_bytes, charge_values};

/// Refuses a value that is too large or lies too deep. Measuring it takes steps, and so pays for what is done with it next: copying,
/// comparing, or showing it goes through all of it too.
///
/// # Errors
/// It is too large, or there are not as many steps left.
pub(crate) fn refuse_too_large(name: &str, value: &Dynamic) -> Answer<()> {
    let mut room = Room {
        elements: MOST_ELEMENTS,
        entries: MOST_ENTRIES,
        bytes: MOST_TEXT_BYTES,
    };
    let fits = room.holds(value, DEEPEST_VALUE);
    charge_values((MOST_ELEMENTS - room.elements) + (MOST_ENTRIES - room.entries))?;
    charge_bytes(MOST_TEXT_BYTES - room.bytes)?;
    if fits { Ok(()) } else { Err(too_large(name)) }
}

/// The error for what would be larger than anything may be.
pub(crate) fn too_large(what: &str) -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge(what.to_owned(), Position::NONE).into()
}

/// What is left of the limits while a value is measured.
struct Room {
    elements: usize,
    entries: usize,
    bytes: usize,
}

impl Room {
    /// Whether a value, with all that is in it, fits, and lies no more than `levels` deep. Stops at the first thing that does not.
    fn holds(&mut self, value: &Dynamic, levels: usize) -> bool {
        if let Ok(array) = value.as_array_ref() {
            return levels > 0
                && take(&mut self.elements, array.len())
                && array.iter().all(|it| self.holds(it, levels - 1));
        }
        if let Ok(map) = value.as_map_ref() {
            return levels > 0
                && take(&mut self.entries, map.len())
                && map.iter().all(|(key, it)| {
                    take(&mut self.bytes, key.len()) && self.holds(it, levels - 1)
                });
        }
        match value.as_immutable_string_ref() {
            Ok(text) => take(&mut self.bytes, text.len()),
            Err(_) => true,
        }
    }
}

fn take(left: &mut usize, wanted: usize) -> bool {
    let rest = left.checked_sub(wanted);
    *left = rest.unwrap_or(0);
    rest.is_some()
}
