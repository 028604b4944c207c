/// Every text that a person in a room can read, in one language.
///
/// Each language is a type that conforms, named by `Language`; the compiler names each text that it lacks. The texts are
/// Markdown. Parameters come as they were stored or typed: a catalogue puts each of them through `MarkdownEscape`, and
/// none of the texts says anything about addresses, files or errors of the system.
package protocol Notices: FailureNotices, ReplyNotices, HelpNotices, SwitchNotices, SettingsNotices,
    ConversationNotices, StatusNotices, PermissionNotices, LibraryNotices, ModelNotices, UsageNotices
{}

/// The English texts.
package struct EnglishNotices: Notices {
    /// Creates the catalogue.
    package init() {}
}
