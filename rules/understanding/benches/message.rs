//! What one message costs: `cargo bench -p signalbox-understanding`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use signalbox_understanding::{detect, shipped};

fn messages(criterion: &mut Criterion) {
    let long = "你们太差了，已经等了三天还没人处理！I want my money back, please. ";
    let texts = [
        ("8 characters", "我要退款，谢谢".to_owned()),
        ("64 characters", "你们太差了，等了三天还没有人回复，再不处理我就打12315投诉你们，我的订单号是SF1234567890，今天必须给我退款".to_owned()),
        ("64 letters", "This is ridiculous, I will report you if my order is not here to".to_owned()),
        ("64 KiB", long.repeat(64 * 1024 / long.len())),
    ];
    let mut group = criterion.benchmark_group("emotion");
    for (name, text) in &texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bench, text| {
            bench.iter(|| shipped().score(black_box(text)));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("language");
    for (name, text) in &texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bench, text| {
            bench.iter(|| detect(black_box(text)));
        });
    }
    group.finish();
}

criterion_group!(benches, messages);
criterion_main!(benches);
