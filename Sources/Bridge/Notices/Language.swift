/// The languages that the bridge speaks to people.
package enum Language: String, CaseIterable, Sendable {
    /// English.
    case english = "en"
    /// Russian.
    case russian = "ru"

    /// The catalogue of the language.
    package var notices: any Notices {
        switch self {
        case .english: EnglishNotices()
        case .russian: RussianNotices()
        }
    }
}
