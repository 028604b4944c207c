import PlatformSDK

/// An item as its provider gave it, on its way through the history and back to the same provider, unmodified.
struct ProviderState: Hashable, Sendable {
    /// The API whose item it is; no other API is shown it.
    let api: String
    /// The item.
    let item: JSON

    /// Keeps an item.
    init(api: String, item: JSON) {
        self.api = api
        self.item = item
    }

    /// Reads what `opaque` wrote; nil for anything else, and for another API's.
    init?(_ opaque: OpaqueJSON?, api: String) {
        guard let opaque, opaque["api"]?.string == api, let item = opaque["item"] else { return nil }
        self.init(api: api, item: JSON(item))
    }

    /// The state as the history keeps it.
    var opaque: OpaqueJSON { .object(["api": .string(api), "item": item.opaque]) }
}
