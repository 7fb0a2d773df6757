//! Chinese words where keywords stand, and the keywords that they mean.
//!
//! Edition 1 has English keywords only; whoever thinks in Chinese writes `规则` before long. Such a word is reported with the
//! keyword, and at the beginning of a line it is read as that keyword, so that one habit costs a finding a line and not the file.
//! The words are those that the Chinese surface of the language is to have, and their everyday likes.

/// The keywords that a line can begin with: the item's, the rule's, the test's.
const LINE_WORDS: [(&str, &str); 66] = [
    ("语言", "language"),
    ("模块", "module"),
    ("引用", "use"),
    ("使用", "use"),
    ("导入", "use"),
    ("默认", "defaults"),
    ("默认值", "defaults"),
    ("时区", "zone"),
    ("级别顺序", "ranks"),
    ("枚举", "enum"),
    ("结构", "schema"),
    ("字段", "schema"),
    ("词表", "list"),
    ("列表", "list"),
    ("关键词", "list"),
    ("除外", "except"),
    ("除了", "except"),
    ("队列", "queue"),
    ("模板", "template"),
    ("话术", "template"),
    ("公开", "public"),
    ("条件", "condition"),
    ("规则", "rule"),
    ("级别", "rank"),
    ("等级", "rank"),
    ("收到", "on"),
    ("触发", "on"),
    ("监听", "on"),
    ("当", "when"),
    ("如果", "when"),
    ("若", "when"),
    ("假如", "when"),
    ("否则", "otherwise"),
    ("就", "then"),
    ("则", "then"),
    ("那么", "then"),
    ("回复", "reply"),
    ("答复", "reply"),
    ("转给", "hand over to"),
    ("转接", "hand over to"),
    ("转接给", "hand over to"),
    ("转人工", "hand over to"),
    ("优先级", "set priority to"),
    ("标签", "tag"),
    ("打标签", "tag"),
    ("去标签", "untag"),
    ("取消标签", "untag"),
    ("备注", "note"),
    ("其他规则不再回复", "no other replies"),
    ("测试", "test"),
    ("已知", "given"),
    ("给定", "given"),
    ("假定", "given"),
    ("在", "at"),
    ("客户", "customer"),
    ("客户说", "customer says"),
    ("事件", "event"),
    ("期望", "expect"),
    ("预期", "expect"),
    ("应当", "expect"),
    ("并且", "and"),
    ("而且", "and"),
    ("且", "and"),
    ("或者", "or"),
    ("或是", "or"),
    ("或", "or"),
];

/// Further keywords, and others than at the beginning of a line.
const INNER_WORDS: [(&str, &str); 43] = [
    ("消息", "message"),
    ("备注", "with note"),
    ("优先级", "priority"),
    ("设置", "set"),
    ("语言", "language"),
    ("没有", "no"),
    ("不", "not"),
    ("不是", "is not"),
    ("是", "is"),
    ("等于", "is"),
    ("为", "is"),
    ("属于", "in"),
    ("在", "in"),
    ("介于", "between"),
    ("有", "has"),
    ("包含", "has any of"),
    ("含有", "has any of"),
    ("含", "has any of"),
    ("提到", "has any of"),
    ("不包含", "has none of"),
    ("不含", "has none of"),
    ("恰好是", "is exactly"),
    ("开头是", "starts with"),
    ("匹配", "matches"),
    ("有值", "is known"),
    ("大于", ">"),
    ("超过", ">"),
    ("高于", ">"),
    ("小于", "<"),
    ("低于", "<"),
    ("至少", ">="),
    ("不低于", ">="),
    ("不小于", ">="),
    ("大于等于", ">="),
    ("不超过", "<="),
    ("不大于", "<="),
    ("小于等于", "<="),
    ("最多", "at most"),
    ("一次", "once"),
    ("两次", "twice"),
    ("次", "times"),
    ("今天", "today"),
    ("说", "says"),
];

/// The keyword that `word` means at the beginning of a line; several words are several keywords.
pub(crate) fn at_line_start(word: &str) -> Option<&'static str> {
    meaning(&LINE_WORDS, word)
}

/// The keywords that `word` may mean, wherever it stands.
pub(crate) fn anywhere(word: &str) -> impl Iterator<Item = &'static str> {
    [meaning(&INNER_WORDS, word), meaning(&LINE_WORDS, word)]
        .into_iter()
        .flatten()
}

fn meaning(words: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    let found = words.iter().find(|(chinese, _)| *chinese == word);
    found.map(|(_, english)| *english)
}
