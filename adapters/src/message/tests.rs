use super::{Attachment, AttachmentKind, Content};

fn photo() -> Attachment {
    Attachment {
        kind: AttachmentKind::Image,
        text: None,
        name: Some("a.jpg".into()),
        mime: Some("image/jpeg".into()),
        size: Some(20_000),
        url: None,
    }
}

#[test]
fn what_was_stored_before_there_were_attachments_is_read_as_before() {
    let stored = r#"{"type":"text","text":"你好"}"#;
    let content: Content = serde_json::from_str(stored).expect("a text");
    assert_eq!(content.words(), Some("你好"));
    assert_eq!(serde_json::to_string(&content).expect("written"), stored);
}

#[test]
fn an_attachment_is_stored_without_what_it_does_not_have() {
    let content = Content::Attachment(Box::new(photo()));
    let stored =
        r#"{"type":"attachment","kind":"image","name":"a.jpg","mime":"image/jpeg","size":20000}"#;
    assert_eq!(serde_json::to_string(&content).expect("written"), stored);
    let read: Content = serde_json::from_str(stored).expect("an attachment");
    assert_eq!(read, content);
}

#[test]
fn where_only_words_can_be_shown_an_attachment_is_named() {
    assert_eq!(Content::Attachment(Box::new(photo())).in_words(), "a.jpg");
    let bare = Attachment {
        name: None,
        ..photo()
    };
    assert_eq!(
        Content::Attachment(Box::new(bare.clone())).in_words(),
        "image"
    );
    let with_words = Attachment {
        text: Some("这里破了".into()),
        url: Some("https://shop.example/a".into()),
        ..bare
    };
    let content = Content::Attachment(Box::new(with_words));
    assert_eq!(content.words(), Some("这里破了"));
    assert_eq!(content.in_words(), "这里破了\nhttps://shop.example/a");
}
