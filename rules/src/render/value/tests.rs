use super::*;

fn rendered(value: Value, language: &str) -> String {
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let mut text = String::new();
    render_value(&value, Words::of(language), &zone, &mut text);
    text
}

fn money_of(code: &str, amount: &str) -> Value {
    Value::Money {
        currency: Currency::from_code(code).unwrap(),
        amount: amount.parse().unwrap(),
    }
}

#[test]
fn every_type_reads_as_people_write_it() {
    let cases = [
        (Value::Bool(true), "是", "yes"),
        (
            Value::Number("1200.50".parse().unwrap()),
            "1200.5",
            "1200.5",
        ),
        (Value::Percent("31.0".parse().unwrap()), "31%", "31%"),
        (money_of("CNY", "12.5"), "12.50元", "CNY 12.50"),
        (money_of("JPY", "1200"), "1200日元", "JPY 1200"),
        (money_of("CHF", "0.125"), "CHF 0.125", "CHF 0.125"),
        (
            Value::Duration(Duration::from_secs(600)),
            "10分钟",
            "10 minutes",
        ),
        (
            Value::Duration(Duration::from_secs(3660)),
            "1小时1分钟",
            "1 hour 1 minute",
        ),
        (
            Value::Duration(Duration::from_secs(26 * 3600)),
            "26小时",
            "26 hours",
        ),
        (
            Value::Duration(Duration::from_millis(1500)),
            "1秒500毫秒",
            "1 second 500 milliseconds",
        ),
        (Value::Duration(Duration::ZERO), "0秒", "0 seconds"),
        (
            Value::TimeOfDay(jiff::civil::time(9, 5, 0, 0)),
            "09:05",
            "09:05",
        ),
        (
            Value::TimeOfDay(jiff::civil::time(9, 5, 7, 0)),
            "09:05:07",
            "09:05:07",
        ),
        (
            Value::Date(jiff::civil::date(2026, 11, 1)),
            "2026年11月1日",
            "1 November 2026",
        ),
        (
            Value::Timestamp("2026-11-11T16:30:00Z".parse().unwrap()),
            "2026年11月12日 00:30",
            "12 November 2026, 00:30",
        ),
        (
            Value::List(vec![Value::Text("红".into()), Value::Text("蓝".into())]),
            "红、蓝",
            "红, 蓝",
        ),
        (Value::Member("vip".into()), "vip", "vip"),
    ];
    for (value, chinese, english) in cases {
        assert_eq!(rendered(value.clone(), "zh-Hant"), chinese);
        assert_eq!(rendered(value.clone(), "en"), english);
        assert_eq!(
            rendered(value, "ja"),
            english,
            "a language without words of its own"
        );
    }
}
