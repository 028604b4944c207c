extension OutputItem {
    /// Who wrote a message; open, so that a newer writer's values survive.
    public struct Origin: RawRepresentable, Hashable, Sendable, Codable {
        /// The value in JSON.
        public var rawValue: String

        /// Takes any value.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// A person.
        public static let user = Self(rawValue: "user")
        /// The model.
        public static let agent = Self(rawValue: "agent")
        /// The platform itself.
        public static let system = Self(rawValue: "system")
    }

    /// Text for a reader, with what belongs to it.
    public struct Message: Hashable, Sendable, Codable {
        /// The text, in Markdown.
        public var content: String
        /// Who wrote it.
        public var origin: Origin
        /// What the model said where it refused.
        public var refusal: String?
        /// Citations and the like, each as the text of its `annotation` delta.
        public var annotations: [String]?
        /// What the provider wants back with the item in the next request.
        public var providerState: OpaqueJSON?

        /// Creates an item.
        public init(
            content: String = "",
            origin: Origin = .agent,
            refusal: String? = nil,
            annotations: [String]? = nil,
            providerState: OpaqueJSON? = nil
        ) {
            self.content = content
            self.origin = origin
            self.refusal = refusal
            self.annotations = annotations
            self.providerState = providerState
        }

        private enum CodingKeys: String, CodingKey {
            case content
            case origin
            case refusal
            case annotations
            case providerState = "provider_state"
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            content = try container.decodeIfPresent(String.self, forKey: .content) ?? ""
            origin = try container.decodeIfPresent(Origin.self, forKey: .origin) ?? .agent
            refusal = try container.decodeIfPresent(String.self, forKey: .refusal)
            annotations = try container.decodeIfPresent([String].self, forKey: .annotations)
            providerState = try container.decodeIfPresent(OpaqueJSON.self, forKey: .providerState)
        }
    }

    /// What the model thought.
    public struct Reasoning: Hashable, Sendable, Codable {
        /// The thoughts, where the provider shows them.
        public var content: String
        /// The provider's summary of them.
        public var summary: String?
        /// Signatures and ciphertext, which go back to the provider unchanged.
        public var providerState: OpaqueJSON?

        /// Creates an item.
        public init(content: String = "", summary: String? = nil, providerState: OpaqueJSON? = nil) {
            self.content = content
            self.summary = summary
            self.providerState = providerState
        }

        private enum CodingKeys: String, CodingKey {
            case content
            case summary
            case providerState = "provider_state"
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            content = try container.decodeIfPresent(String.self, forKey: .content) ?? ""
            summary = try container.decodeIfPresent(String.self, forKey: .summary)
            providerState = try container.decodeIfPresent(OpaqueJSON.self, forKey: .providerState)
        }
    }

    /// A file that the agent sends.
    public struct File: Hashable, Sendable, Codable {
        /// The name to show and to save it under.
        public var filename: String
        /// The media type.
        public var mimeType: String?
        /// The size in bytes.
        public var size: Int?
        /// Where it lies on the machine of the agent.
        public var path: String?
        /// Where it can be fetched.
        public var url: String?

        /// Creates an item.
        public init(
            filename: String,
            mimeType: String? = nil,
            size: Int? = nil,
            path: String? = nil,
            url: String? = nil
        ) {
            self.filename = filename
            self.mimeType = mimeType
            self.size = size
            self.path = path
            self.url = url
        }

        private enum CodingKeys: String, CodingKey {
            case filename
            case mimeType = "mime_type"
            case size
            case path
            case url
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            filename = try container.decode(String.self, forKey: .filename)
            mimeType = try container.decodeIfPresent(String.self, forKey: .mimeType)
            size = try container.decodeIfPresent(Int.self, forKey: .size)
            path = try container.decodeIfPresent(String.self, forKey: .path)
            url = try container.decodeIfPresent(String.self, forKey: .url)
        }
    }

    /// A failure that belongs between the other items.
    public struct Failure: Hashable, Sendable, Codable {
        /// The kind of failure, for programs.
        public var code: String
        /// What happened.
        public var message: String
        /// More of it.
        public var details: OpaqueJSON?

        /// Creates an item.
        public init(code: String = "", message: String = "", details: OpaqueJSON? = nil) {
            self.code = code
            self.message = message
            self.details = details
        }

        private enum CodingKeys: String, CodingKey {
            case code
            case message
            case details
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            code = try container.decodeIfPresent(String.self, forKey: .code) ?? ""
            message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
            details = try container.decodeIfPresent(OpaqueJSON.self, forKey: .details)
        }
    }

    /// Something that was given up.
    public struct Cancelled: Hashable, Sendable, Codable {
        /// Why.
        public var reason: String?

        /// Creates an item.
        public init(reason: String? = nil) {
            self.reason = reason
        }

        private enum CodingKeys: String, CodingKey {
            case reason
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            reason = try container.decodeIfPresent(String.self, forKey: .reason)
        }
    }
}
