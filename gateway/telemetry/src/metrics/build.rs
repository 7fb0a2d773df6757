//! Which build this is.

use super::catalogue::Area;

pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<()> {
    area.information(
        "build_info",
        &["version"],
        "1 for the version of signalbox that runs.",
    )?
    .get_metric_with_label_values(&[env!("CARGO_PKG_VERSION")])?
    .set(1.0);
    Ok(())
}
