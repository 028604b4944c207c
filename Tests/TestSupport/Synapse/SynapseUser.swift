import Foundation
package import MatrixAPI

/// A person with a Matrix client: whoever talks to the bot in a test.
package actor SynapseUser {
    /// The user id.
    package nonisolated let userID: String
    /// The device of this login.
    package nonisolated let deviceID: String
    /// The password, for further logins.
    package nonisolated let password: String
    /// The API with this user's token, for what has no method here.
    package nonisolated let api: ClientServerAPI

    /// What this user has seen of each room; see `sync(timeout:)`.
    var rooms: [String: ObservedRoom] = [:]
    /// The rooms that wait for an answer to an invitation.
    var invitations: Set<String> = []
    /// Where the next sync goes on.
    var syncToken: String?

    private init(session: JSONValue, password: String, baseURL: String) throws {
        guard let userID = session["user_id"]?.stringValue, let deviceID = session["device_id"]?.stringValue,
            let token = session["access_token"]?.stringValue
        else { throw SynapseFailure(description: "registration or login returned no session: \(session)") }
        self.userID = userID
        self.deviceID = deviceID
        self.password = password
        api = ClientServerAPI(baseURL: baseURL, accessToken: token)
    }

    /// Registers an account and logs it in.
    package static func register(name: String, password: String, at baseURL: String) async throws -> SynapseUser {
        let body: JSONValue = [
            "username": .string(name), "password": .string(password), "auth": ["type": "m.login.dummy"],
        ]
        let session = try await ClientServerAPI(baseURL: baseURL).request("POST", ["v3", "register"], body: body)
        return try SynapseUser(session: session, password: password, baseURL: baseURL)
    }

    /// Logs in on a new device.
    package static func logIn(userID: String, password: String, at baseURL: String) async throws -> SynapseUser {
        let body: JSONValue = [
            "type": "m.login.password", "password": .string(password),
            "identifier": ["type": "m.id.user", "user": .string(userID)],
        ]
        let session = try await ClientServerAPI(baseURL: baseURL).request("POST", ["v3", "login"], body: body)
        return try SynapseUser(session: session, password: password, baseURL: baseURL)
    }

    /// The access token of this login.
    package nonisolated var accessToken: String { api.accessToken ?? "" }

    // MARK: Rooms

    /// Makes a room and returns its id. A direct room gives all members the creator's power, a public one lets
    /// everybody in.
    package nonisolated func createRoom(
        direct: Bool = false,
        isPublic: Bool = false,
        name: String? = nil,
        inviting users: [String] = []
    ) async throws -> String {
        var body: [String: JSONValue] = [
            "preset": direct ? "trusted_private_chat" : isPublic ? "public_chat" : "private_chat",
            "is_direct": .bool(direct),
            "invite": .array(users.map { .string($0) }),
        ]
        if let name { body["name"] = .string(name) }
        let answer = try await api.request("POST", ["v3", "createRoom"], body: .object(body))
        return answer["room_id"]?.stringValue ?? ""
    }

    /// Invites a user into a room.
    package nonisolated func invite(_ userID: String, to room: String) async throws {
        try await api.request("POST", ["v3", "rooms", room, "invite"], body: ["user_id": .string(userID)])
    }

    /// Joins a room by its id or alias.
    package nonisolated func join(_ room: String) async throws {
        try await api.request("POST", ["v3", "join", room], body: [:])
    }

    /// Leaves a room.
    package nonisolated func leave(_ room: String) async throws {
        try await api.request("POST", ["v3", "rooms", room, "leave"], body: [:])
    }

    /// Sets a piece of a room's state.
    package nonisolated func setState(
        _ type: String,
        key: String = "",
        content: JSONValue,
        in room: String
    ) async throws {
        try await api.request("PUT", ["v3", "rooms", room, "state", type, key], body: content)
    }

    /// Sets the name that others see.
    package nonisolated func setDisplayName(_ name: String) async throws {
        try await api.request(
            "PUT", ["v3", "profile", userID, "displayname"], body: ["displayname": .string(name)])
    }

    // MARK: Sending

    /// Sends any event and returns its id.
    @discardableResult
    package nonisolated func send(_ type: String, _ content: JSONValue, in room: String) async throws -> String {
        let path = ["v3", "rooms", room, "send", type, UUID().uuidString]
        let answer = try await api.request("PUT", path, body: content)
        return answer["event_id"]?.stringValue ?? ""
    }

    /// Sends a message whose content is written out as JSON, well-formed or not.
    package nonisolated func sendRaw(_ json: String, in room: String) async throws {
        let path = ["v3", "rooms", room, "send", "m.room.message", UUID().uuidString]
        try await api.requestOnce("PUT", path, bytes: Data(json.utf8))
    }

    /// Sends a text message and returns its id.
    ///
    /// - Parameters:
    ///   - mentioned: Who is named in `m.mentions`.
    ///   - thread: The root of the thread that it belongs to.
    ///   - replied: The event that it replies to.
    @discardableResult
    package nonisolated func sendText(
        _ text: String,
        in room: String,
        type: String = "m.text",
        mentioning mentioned: [String] = [],
        thread: String? = nil,
        replyingTo replied: String? = nil
    ) async throws -> String {
        var content = Self.textContent(text, type: type, mentioning: mentioned)
        var relation: [String: JSONValue] = [:]
        if let thread {
            relation = ["rel_type": "m.thread", "event_id": .string(thread), "is_falling_back": .bool(replied == nil)]
        }
        if let target = replied ?? thread { relation["m.in_reply_to"] = ["event_id": .string(target)] }
        if !relation.isEmpty { content["m.relates_to"] = .object(relation) }
        return try await send("m.room.message", .object(content), in: room)
    }

    /// Replaces the text of one of this user's messages, as a client does it; returns the id of the edit.
    @discardableResult
    package nonisolated func edit(
        _ eventID: String,
        to text: String,
        in room: String,
        mentioning mentioned: [String] = []
    ) async throws -> String {
        var content = Self.textContent("* " + text, type: "m.text", mentioning: [])
        content["m.new_content"] = .object(Self.textContent(text, type: "m.text", mentioning: mentioned))
        content["m.relates_to"] = ["rel_type": "m.replace", "event_id": .string(eventID)]
        return try await send("m.room.message", .object(content), in: room)
    }

    /// Reacts to an event; returns the id of the reaction.
    @discardableResult
    package nonisolated func react(_ key: String, to eventID: String, in room: String) async throws -> String {
        let relation: JSONValue = ["rel_type": "m.annotation", "event_id": .string(eventID), "key": .string(key)]
        return try await send("m.reaction", ["m.relates_to": relation], in: room)
    }

    /// Redacts an event; returns the id of the redaction.
    @discardableResult
    package nonisolated func redact(_ eventID: String, in room: String) async throws -> String {
        let path = ["v3", "rooms", room, "redact", eventID, UUID().uuidString]
        return try await api.request("PUT", path, body: [:])["event_id"]?.stringValue ?? ""
    }

    private static func textContent(
        _ text: String,
        type: String,
        mentioning mentioned: [String]
    ) -> [String: JSONValue] {
        let mentions: JSONValue = mentioned.isEmpty ? [:] : ["user_ids": .array(mentioned.map { .string($0) })]
        return ["msgtype": .string(type), "body": .string(text), "m.mentions": mentions]
    }
}
