import PlatformSDK

/// A request as items of its run's log, from which the run can be performed again.
///
/// The user's message is an item of its own. All else stands in an item of the type `request`, which no reader shows and
/// no model is told of.
extension MessageRequest {
    static let itemType = "request"

    /// The beginnings and ends of the two items.
    func recording() -> [StreamEvent.Payload] {
        let items: [(String, OutputItem)] = [
            ("request", .unknown(type: Self.itemType, json: circumstances)),
            ("question", .message(.init(content: textForModel, origin: .user))),
        ]
        return items.enumerated().flatMap { index, item -> [StreamEvent.Payload] in
            [
                .itemStart(ItemStart(itemID: item.0, outputIndex: index, item: item.1)),
                .itemDone(ItemDone(itemID: item.0, finalItem: item.1)),
            ]
        }
    }

    /// How many items a recording has.
    static let recordedItems = 2

    /// Reads the request back; nil where the response has none.
    init?(recordedIn response: Response) {
        for item in response.outputItems {
            guard case .unknown(Self.itemType, let json) = item.item, let text = json["text"]?.string else { continue }
            self.init(
                userID: json["user_id"]?.string ?? "",
                threadID: response.threadID,
                runID: response.id,
                turnID: json["turn_id"]?.string,
                text: text,
                skills: json["skills"]?.strings ?? [],
                soul: json["soul"]?.stringMembers ?? [:],
                attachments: json["attachments"]?.elements.compactMap(Attachment.init(recorded:)) ?? [],
                traceparent: json["traceparent"]?.string,
                model: json["model"]?.string,
                history: json["history"]?.elements.compactMap(ThreadPassage.init(recorded:)) ?? []
            )
            return
        }
        return nil
    }

    private var circumstances: OpaqueJSON {
        var members: [String: OpaqueJSON] = [
            "type": .string(Self.itemType), "user_id": .string(userID), "text": .string(text),
        ]
        if let turnID { members["turn_id"] = .string(turnID) }
        if !skills.isEmpty { members["skills"] = .array(skills.map(OpaqueJSON.string)) }
        if !soul.isEmpty { members["soul"] = .object(soul.mapValues(OpaqueJSON.string)) }
        if !attachments.isEmpty { members["attachments"] = .array(attachments.map(\.recorded)) }
        if let model { members["model"] = .string(model) }
        if let traceparent { members["traceparent"] = .string(traceparent) }
        if !history.isEmpty { members["history"] = .array(history.map(\.recorded)) }
        return .object(members)
    }
}

extension Attachment {
    fileprivate var recorded: OpaqueJSON {
        .object([
            "path": .string(path), "mime_type": .string(mimeType), "size": .integer(size),
            "filename": .string(filename),
        ])
    }

    fileprivate init?(recorded json: OpaqueJSON) {
        guard let path = json["path"]?.string, let filename = json["filename"]?.string else { return nil }
        var size: Int64 = 0
        if case .integer(let bytes) = json["size"] { size = bytes }
        self.init(
            path: path, mimeType: json["mime_type"]?.string ?? "application/octet-stream", size: size,
            filename: filename)
    }
}

extension ThreadPassage {
    fileprivate var recorded: OpaqueJSON {
        .object(["thread_id": .string(threadID), "turn_id": .string(turnID)])
    }

    fileprivate init?(recorded json: OpaqueJSON) {
        guard let threadID = json["thread_id"]?.string, let turnID = json["turn_id"]?.string else { return nil }
        self.init(threadID: threadID, turnID: turnID)
    }
}

extension OpaqueJSON {
    /// The elements of an array; none for every other kind of value.
    var elements: [OpaqueJSON] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The strings of an array.
    var strings: [String] { elements.compactMap(\.string) }

    /// The members of an object whose values are strings.
    var stringMembers: [String: String] {
        guard case .object(let members) = self else { return [:] }
        return members.compactMapValues(\.string)
    }
}
