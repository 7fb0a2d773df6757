//! Logs, traces and the pages that machines read.

use crate::config::section::section;
use crate::config::values::{ListenAddress, LogFormat, Text};

section! {
    /// Logs, traces, and `/metrics`, `/healthz`, `/readyz`.
    zh "日志、链路追踪，以及 `/metrics`、`/healthz`、`/readyz`。"
    pub struct TelemetrySection {
        /// A port of its own for the three pages. Empty: they are on `listen`, and `/metrics` and the reasons in `/readyz` answer this machine only.
        zh "三个页面的专用端口。留空则与 `listen` 共用，且 `/metrics` 与 `/readyz` 的详情只对本机开放。"
        listen: ListenAddress = ListenAddress(None);

        /// How log lines look. `--log-format` goes before it.
        zh "日志行的格式，`--log-format` 优先。"
        log_format: LogFormat = LogFormat::Text;

        /// Which log lines are written: a level, or levels by module (`info,signalbox_router=debug`). `info,signalbox::decision=debug` adds one line a decision: conversation, partition, offset, rules and kinds of effects, never text. Each place in the code writes 100 lines at once and 10 a second at most; `suppressed` in its next line says how many it left out.
        zh "写哪些日志：一个级别，或按模块分别指定（`info,signalbox_router=debug`）。`info,signalbox::decision=debug` 为每个决策加写一行：会话、分区、偏移、规则与效果种类，绝不含文本。代码中每一处最多一次写 100 行、此后每秒 10 行；其下一行的 `suppressed` 说明略去了多少行。"
        log_filter: Text = Text("info".to_owned());

        /// Where traces go by OTLP over HTTP, the full URL: `http://collector:4318/v1/traces`. Empty: nowhere.
        zh "以 OTLP/HTTP 发送链路追踪的完整 URL：`http://collector:4318/v1/traces`。留空则不发送。"
        otlp_endpoint: Text = Text::default();

        /// Which part of the traces is recorded; 0.01 is one in a hundred.
        zh "记录多大比例的链路；0.01 即百分之一。"
        trace_ratio: f64 = 0.01, within 0.0 => 1.0;
    }
}
