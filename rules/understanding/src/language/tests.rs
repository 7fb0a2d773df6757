//! What has which language, and what has none.

use super::*;
use Language::{Chinese, English, Japanese, Korean};
use Script::{Either, Simplified, Traditional};

fn language(text: &str) -> Option<Language> {
    detect(text).map(|detected| detected.language)
}

#[test]
fn sentences_are_told_with_certainty() {
    let cases = [
        ("我要退款", Chinese(Either)),
        ("请问什么时候发货", Chinese(Simplified)),
        ("請問什麼時候出貨", Chinese(Traditional)),
        ("我要退貨，謝謝", Chinese(Traditional)),
        ("我想取消", Chinese(Either)),
        ("how to track my order", English),
        ("I want a refund", English),
        ("where is my parcel?", English),
        ("Why was I charged twice", English),
        ("can't log in", English),
        ("返品したいのですが", Japanese),
        ("注文はいつ届きますか", Japanese),
        ("配送状況を教えてください", Japanese),
        ("주문을 취소하고 싶어요", Korean),
        ("我的iPhone 15充不进电", Chinese(Simplified)),
        ("订单 SF1234567890 到哪了", Chinese(Simplified)),
        (
            "my order 2024-11-11-0001 has not arrived, see https://shop.example/o/1",
            English,
        ),
    ];
    for (text, expected) in cases {
        let detected = detect(text).unwrap_or_else(|| panic!("{text} has a language"));
        assert_eq!(detected.language, expected, "{text}");
        assert!(
            detected.confidence >= Score::from_percent(90),
            "{text}: {detected:?}"
        );
    }
}

#[test]
fn what_every_language_says_has_none() {
    for text in [
        "",
        " ",
        "ok",
        "OK!",
        "hi",
        "Hello",
        "hey hi",
        "12345",
        "13800138000",
        "SF1234567890",
        "AB-2024-001",
        "#A1B2",
        "😀😀",
        "👍",
        "...",
        "？？？",
        "https://shop.example/how/to/return?order=1",
        "www.shop.example",
        "me@shop.example",
        "iPhone",
        "VIP",
        "哈哈哈",
        "hahaha",
        "qwrtzp",
        "123 ok 😀",
    ] {
        assert_eq!(language(text), None, "{text}");
    }
}

#[test]
fn one_word_is_a_hint_only() {
    for text in ["refund", "好", "退款", "thanks"] {
        if let Some(detected) = detect(text) {
            assert!(detected.confidence < Score::from_percent(90), "{text}");
        }
    }
    assert_eq!(language("refund"), Some(English));
    assert_eq!(language("退款"), Some(Chinese(Either)));
}

#[test]
fn other_languages_are_not_english() {
    for text in [
        "¿Dónde está mi pedido?",
        "donde esta mi pedido",
        "où est ma commande",
        "wo ist meine Bestellung",
        "dove è il mio ordine",
        "где мой заказ",
        "أين طلبي",
        "wo yao tui kuan",
        "dimana pesanan saya",
    ] {
        assert_eq!(language(text), None, "{text}");
    }
}

#[test]
fn half_and_half_switches_nothing() {
    for text in [
        "我要refund my order please",
        "how to use 支付宝付款",
        "这个 order 什么时候 ship",
    ] {
        if let Some(detected) = detect(text) {
            assert!(
                detected.confidence < Score::from_percent(90),
                "{text}: {detected:?}"
            );
        }
    }
}

#[test]
fn decoration_does_not_make_it_japanese() {
    assert_eq!(language("优の良品旗舰店在哪里"), Some(Chinese(Simplified)));
}

#[test]
fn either_script_keeps_the_conversation_s() {
    let either = Chinese(Either);
    assert_eq!(either.tag("zh-Hant"), "zh-Hant");
    assert_eq!(either.tag("zh-TW"), "zh-TW");
    assert_eq!(either.tag("en"), "zh");
    assert_eq!(Chinese(Simplified).tag("zh-TW"), "zh");
    assert_eq!(Chinese(Traditional).tag("zh-HK"), "zh-HK");
    assert_eq!(Chinese(Traditional).tag("zh"), "zh-Hant");
    assert_eq!(English.tag("en-GB"), "en-GB");
    assert_eq!(English.tag("zh"), "en");
}
