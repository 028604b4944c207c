/// The beginning of an item.
public struct ItemStart: Hashable, Sendable {
    /// The item's id, unique in its attempt.
    public var itemID: String
    /// Its place among the items.
    public var outputIndex: Int
    /// The item as far as it is known, such as the name of a call; its fields stand beside `item_type` in JSON.
    public var item: OutputItem

    /// Creates a beginning.
    public init(itemID: String, outputIndex: Int, item: OutputItem) {
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.item = item
    }
}

extension ItemStart: Codable {
    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
        case itemType = "item_type"
        case outputIndex = "output_index"
    }

    /// Reads a beginning; what it does not tell of the item is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decode(Int.self, forKey: .outputIndex)
        let type = try container.decode(String.self, forKey: .itemType)
        item = try OutputItem(type: type, from: decoder)
        if case .unknown(_, .object(var fields)) = item {
            for key in [CodingKeys.itemID, .itemType, .outputIndex] { fields[key.rawValue] = nil }
            fields["type"] = .string(type)
            item = .unknown(type: type, json: .object(fields))
        }
    }

    /// Writes the beginning and the item's fields into one object.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(itemID, forKey: .itemID)
        try container.encode(item.type, forKey: .itemType)
        try container.encode(outputIndex, forKey: .outputIndex)
        try item.encodeFields(to: encoder, except: ["type", "item_id", "item_type", "output_index"])
    }
}

/// What an item grows by.
public struct ItemDelta: Hashable, Sendable, Codable {
    /// The item that grows.
    public var itemID: String
    /// Which part of it.
    public var channel: Channel
    /// What is added.
    public var deltaContent: String

    /// Creates a delta.
    public init(itemID: String, channel: Channel = .text, deltaContent: String) {
        self.itemID = itemID
        self.channel = channel
        self.deltaContent = deltaContent
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
        case channel
        case deltaContent = "delta_content"
    }

    /// A part of an item that deltas add to; open, so that a newer writer's channels can be passed on.
    public struct Channel: RawRepresentable, Hashable, Sendable, Codable {
        /// The value in JSON.
        public var rawValue: String

        /// Takes any value.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Text of a message, or of what a tool or script answers.
        public static let text = Self(rawValue: "text")
        /// What the model says where it refuses.
        public static let refusal = Self(rawValue: "refusal")
        /// What the model thinks.
        public static let reasoning = Self(rawValue: "reasoning")
        /// A summary of that.
        public static let summary = Self(rawValue: "summary")
        /// The arguments of a call, or the source of a script.
        public static let arguments = Self(rawValue: "arguments")
        /// One whole citation or the like; JSON as text.
        public static let annotation = Self(rawValue: "annotation")
        /// How far the item is; replaces what was said before.
        public static let status = Self(rawValue: "status")
    }
}

/// The end of an item.
public struct ItemDone: Hashable, Sendable, Codable {
    /// The item that is complete.
    public var itemID: String
    /// The item as it stays, whatever its deltas built.
    public var finalItem: OutputItem

    /// Creates an end.
    public init(itemID: String, finalItem: OutputItem) {
        self.itemID = itemID
        self.finalItem = finalItem
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
        case finalItem = "final_item"
    }
}

/// The failure of an item; what it had become stays.
public struct ItemError: Hashable, Sendable, Codable {
    /// The item that failed.
    public var itemID: String
    /// Why.
    public var error: OutputItem.Failure

    /// Creates a failure.
    public init(itemID: String, error: OutputItem.Failure) {
        self.itemID = itemID
        self.error = error
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
        case error
    }
}

/// The end of an item that was given up; what it had become stays.
public struct ItemCancelled: Hashable, Sendable, Codable {
    /// The item that was given up.
    public var itemID: String
    /// Why.
    public var reason: String?

    /// Creates an end.
    public init(itemID: String, reason: String? = nil) {
        self.itemID = itemID
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
        case reason
    }
}
