/// A text that must not be shown: no description, dump, mirror or interpolation of it has the value.
struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    /// Wraps a text.
    init(_ value: String) {
        self.value = value
    }

    /// Hands the text to whoever sends it; the one way to it.
    func reveal() -> String { value }

    var description: String { "(secret)" }
    var debugDescription: String { "(secret)" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
