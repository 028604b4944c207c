extension OutputItem {
    /// A tool that the model asks for.
    public struct FunctionCall: Hashable, Sendable, Codable {
        /// The tool's name.
        public var name: String
        /// The arguments: the text of a JSON object, which may still grow.
        public var arguments: String
        /// The provider's id of the call, which the output repeats.
        public var callID: String
        /// Who asks, where it is not the model itself; as the provider wrote it.
        public var caller: OpaqueJSON?
        /// What the provider wants back with the item in the next request.
        public var providerState: OpaqueJSON?

        /// Creates an item.
        public init(
            name: String = "",
            arguments: String = "",
            callID: String = "",
            caller: OpaqueJSON? = nil,
            providerState: OpaqueJSON? = nil
        ) {
            self.name = name
            self.arguments = arguments
            self.callID = callID
            self.caller = caller
            self.providerState = providerState
        }

        private enum CodingKeys: String, CodingKey {
            case name
            case arguments
            case callID = "call_id"
            case caller
            case providerState = "provider_state"
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
            arguments = try container.decodeIfPresent(String.self, forKey: .arguments) ?? ""
            callID = try container.decodeIfPresent(String.self, forKey: .callID) ?? ""
            caller = try container.decodeIfPresent(OpaqueJSON.self, forKey: .caller)
            providerState = try container.decodeIfPresent(OpaqueJSON.self, forKey: .providerState)
        }
    }

    /// What a tool answered.
    public struct FunctionCallOutput: Hashable, Sendable, Codable {
        /// The id of the call that it answers.
        public var callID: String
        /// The answer.
        public var output: String
        /// Whether the tool did what it was asked.
        public var success: Bool

        /// Creates an item.
        public init(callID: String = "", output: String = "", success: Bool = true) {
            self.callID = callID
            self.output = output
            self.success = success
        }

        private enum CodingKeys: String, CodingKey {
            case callID = "call_id"
            case output
            case success
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            callID = try container.decodeIfPresent(String.self, forKey: .callID) ?? ""
            output = try container.decodeIfPresent(String.self, forKey: .output) ?? ""
            success = try container.decodeIfPresent(Bool.self, forKey: .success) ?? true
        }
    }

    /// A script that the model asks to be run.
    public struct ScriptExecution: Hashable, Sendable, Codable {
        /// Its source.
        public var code: String

        /// Creates an item.
        public init(code: String = "") {
            self.code = code
        }

        private enum CodingKeys: String, CodingKey {
            case code
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            code = try container.decodeIfPresent(String.self, forKey: .code) ?? ""
        }
    }

    /// What a script answered.
    public struct ScriptExecutionOutput: Hashable, Sendable, Codable {
        /// The id of the script's item.
        public var scriptID: String
        /// What it returned.
        public var result: String
        /// Whether it ran to its end.
        public var success: Bool
        /// Why it did not.
        public var error: String?

        /// Creates an item.
        public init(scriptID: String = "", result: String = "", success: Bool = true, error: String? = nil) {
            self.scriptID = scriptID
            self.result = result
            self.success = success
            self.error = error
        }

        private enum CodingKeys: String, CodingKey {
            case scriptID = "script_id"
            case result
            case success
            case error
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            scriptID = try container.decodeIfPresent(String.self, forKey: .scriptID) ?? ""
            result = try container.decodeIfPresent(String.self, forKey: .result) ?? ""
            success = try container.decodeIfPresent(Bool.self, forKey: .success) ?? true
            error = try container.decodeIfPresent(String.self, forKey: .error)
        }
    }

    /// A question to a person: may this call be made?
    public struct ApprovalRequest: Hashable, Sendable, Codable {
        /// The id of the call that waits.
        public var callID: String
        /// The tool's name.
        public var name: String
        /// The arguments: the text of a JSON object.
        public var arguments: String
        /// Why a person is asked.
        public var reason: String?
        /// When the question lapses, in milliseconds since 1970.
        public var expiresAt: Int64?
        /// The answer: `approved`, `denied` or `expired`; nil while it is open.
        public var decision: String?
        /// The user who answered.
        public var decidedBy: String?

        /// Creates an item.
        public init(
            callID: String = "",
            name: String = "",
            arguments: String = "",
            reason: String? = nil,
            expiresAt: Int64? = nil,
            decision: String? = nil,
            decidedBy: String? = nil
        ) {
            self.callID = callID
            self.name = name
            self.arguments = arguments
            self.reason = reason
            self.expiresAt = expiresAt
            self.decision = decision
            self.decidedBy = decidedBy
        }

        private enum CodingKeys: String, CodingKey {
            case callID = "call_id"
            case name
            case arguments
            case reason
            case expiresAt = "expires_at"
            case decision
            case decidedBy = "decided_by"
        }

        /// Reads the item; what an unfinished one lacks is empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            callID = try container.decodeIfPresent(String.self, forKey: .callID) ?? ""
            name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
            arguments = try container.decodeIfPresent(String.self, forKey: .arguments) ?? ""
            reason = try container.decodeIfPresent(String.self, forKey: .reason)
            expiresAt = try container.decodeIfPresent(Int64.self, forKey: .expiresAt)
            decision = try container.decodeIfPresent(String.self, forKey: .decision)
            decidedBy = try container.decodeIfPresent(String.self, forKey: .decidedBy)
        }
    }
}
