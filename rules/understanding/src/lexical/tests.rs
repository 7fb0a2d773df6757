//! What the shipped scorer says, and that it says it for a reason.

use proptest::prelude::*;

use super::*;

fn percent(text: &str, head: Head) -> u32 {
    shipped().score(text).scores[head].basis_points() / 100
}

#[test]
fn the_business_is_no_emotion() {
    for text in [
        "我要退货",
        "我要退款",
        "我要退貨",
        "怎么开发票",
        "为什么扣了我两次钱",
        "订单到哪了",
        "收到的杯子是坏的，怎么换",
        "转人工",
        "我的投诉单号是多少",
        "why was I charged twice",
        "I want a refund",
        "how to track my order",
        "the cup arrived broken, how can I exchange it",
        "cancel my order please",
        "工商银行卡可以付款吗",
        "滚筒洗衣机多大",
        "摄像头一直报警怎么办",
        "is there a trash can with a lid",
        "my issue is about size",
    ] {
        for head in [Head::Anger, Head::Threat] {
            assert!(
                percent(text, head) < 30,
                "{text}: {:?}",
                shipped().score(text)
            );
        }
    }
}

#[test]
fn each_head_hears_what_is_meant_for_it() {
    let cases = [
        ("你们太差了，再不处理我就投诉", Head::Threat),
        ("你们太差了，再不处理我就投诉", Head::Anger),
        ("你們太差了，再不處理我就投訴", Head::Threat),
        ("气死我了，到底有没有人管", Head::Anger),
        ("再不退款我打12315了", Head::Threat),
        ("see you in court", Head::Threat),
        ("This is ridiculous, I am fed up", Head::Anger),
        ("I will file a chargeback with my bank", Head::Threat),
        ("马上给我处理", Head::Urgency),
        ("今天必须送到", Head::Urgency),
        ("I need this asap", Head::Urgency),
        ("谢谢，辛苦了", Head::Gratitude),
        ("thank you so much", Head::Gratitude),
        ("太失望了", Head::Negative),
        ("so disappointed", Head::Negative),
        ("😡😡", Head::Anger),
    ];
    for (text, head) in cases {
        assert!(
            percent(text, head) >= 60,
            "{text} {head:?}: {:?}",
            shipped().score(text)
        );
    }
}

#[test]
fn negation_reaches_over_its_clause_and_no_further() {
    assert!(percent("不满意", Head::Negative) >= 50);
    assert!(percent("不是很满意", Head::Negative) >= 50);
    assert!(percent("not happy with this", Head::Negative) >= 50);
    assert!(percent("我不想投诉", Head::Threat) <= 20);
    assert!(percent("I don't want to complain", Head::Threat) <= 20);
    assert!(
        percent("不退款，我要投诉", Head::Threat) >= 60,
        "another clause"
    );
    assert!(
        percent("你不退我就去投诉", Head::Threat) >= 60,
        "就 stops it"
    );
    assert!(percent("I am not angry", Head::Anger) <= 20);
    assert!(percent("不急", Head::Urgency) <= 10);
}

#[test]
fn emphasis_adds_and_does_not_invent() {
    assert!(percent("太差了！！！", Head::Anger) > percent("太差了", Head::Anger));
    assert_eq!(percent("到了！！！", Head::Anger), 0);
    assert!(
        percent("THIS IS SOOOO BAD", Head::Negative) > percent("this is so bad", Head::Negative)
    );
    assert!(percent("非常生气", Head::Anger) > percent("有点生气", Head::Anger));
}

#[test]
fn evidence_is_what_the_customer_wrote() {
    let text = "你們太差了！再不處理我就投訴你們";
    let emotion = shipped().score(text);
    assert_eq!(
        emotion.words(Head::Threat, text),
        ["！", "再不處理", "我就投訴"]
    );
    assert_eq!(emotion.words(Head::Gratitude, text), Vec::<&str>::new());
}

#[test]
fn long_texts_are_read_whole_and_bounded() {
    let mut text = "我要退款，".repeat(64 * 1024 / 15);
    text.push_str("气死我了");
    assert!(percent(&text, Head::Anger) >= 70);
    let abuse = "垃圾".repeat(10_000);
    assert!(shipped().score(&abuse).evidence.len() <= (MOST_EVIDENCE + 4) * Head::ALL.len());
}

proptest! {
    #[test]
    fn any_text_has_bounded_scores_and_evidence_inside_it(text in ".{0,200}") {
        let emotion = shipped().score(&text);
        for evidence in &emotion.evidence {
            prop_assert!(text.get(evidence.span.clone()).is_some_and(|words| !words.is_empty()));
        }
        prop_assert_eq!(shipped().score(&text), emotion);
        let _ = crate::detect(&text);
    }
}
