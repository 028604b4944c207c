package import MatrixAPI

/// Makes the events of a reply: drafts that notify nobody, edits, and the final text that notifies the asker once.
package struct ReplyRenderer: Sendable {
    /// Where the reply's own properties stand in an event's content.
    package static let propertiesKey = "io.rialto.reply"
    /// The most bytes that the content of one edit may take: an event's 65,536 bytes less its envelope, and with room for
    /// the growth by a third that encryption brings (client-server API, "Size limits").
    package static let maximumContentBytes = 45_000

    /// The largest integer that an event may hold (appendices, "Canonical JSON").
    private static let maximumInteger: Int64 = (1 << 53) - 1

    private let markdown: any MarkdownRenderer
    private let showsTokens: Bool
    private let tokensLine: @Sendable (Int) -> String

    /// Creates a renderer.
    ///
    /// - Parameters:
    ///   - showsTokens: Whether a small last line tells the tokens that the answer took.
    ///   - tokensLine: The words of that line.
    package init(
        markdown: any MarkdownRenderer,
        showsTokens: Bool,
        tokensLine: @escaping @Sendable (Int) -> String
    ) {
        self.markdown = markdown
        self.showsTokens = showsTokens
        self.tokensLine = tokensLine
    }

    /// The content of a planned event.
    ///
    /// - Parameters:
    ///   - turn: The turn that it answers.
    ///   - tokensUsed: What the answer took; only an event that ends the reply shows it.
    ///   - model: The model that has answered, which the same event names to programs.
    ///   - isReply: Whether the first message points to the question, as it does where others write too.
    package func content(
        of plan: ReplyStateMachine.Plan,
        for turn: Turn,
        tokensUsed: Int,
        model: String? = nil,
        isReply: Bool
    ) -> JSONValue {
        let message = message(plan, turn: turn, tokensUsed: tokensUsed, model: model, isReply: isReply)
        return plan.target.map { message.edit(of: $0).json } ?? message.json
    }

    /// The content of a message of no turn, such as a command's reply.
    package func notice(_ text: String, at place: ThreadPlace, answering eventID: EventID? = nil) -> JSONValue {
        OutgoingMessage(
            msgtype: .notice,
            body: text,
            formattedBody: markdown.html(from: text),
            relation: relation(at: place, answering: eventID, isReply: false)
        ).json
    }

    /// The content of a message with a file of a turn's reply.
    package func file(_ file: OutgoingFile, url: String, for turn: Turn) -> JSONValue {
        var message = OutgoingMessage(
            msgtype: file.msgtype,
            body: file.filename,
            relation: relation(at: turn.question.place, answering: turn.question.sourceEventID, isReply: false)
        )
        message.extra = [
            "filename": .string(file.filename), "url": .string(url), "info": file.info,
            Self.propertiesKey: .object(properties(of: turn)),
        ]
        return message.json
    }

    /// What every event of a reply says about itself.
    private func properties(of turn: Turn) -> [String: JSONValue] {
        var properties: [String: JSONValue] = ["turn": .string(turn.question.sourceEventID.rawValue)]
        if let runID = turn.runID { properties["run_id"] = .string(runID) }
        return properties
    }

    /// Whether this content ends the reply of the turn's present run.
    package static func endsReply(_ content: JSONValue, of turn: Turn) -> Bool {
        content[propertiesKey]?["tokens_used"] != nil && belongs(content, to: turn)
    }

    /// Whether this content is of the turn's present run.
    package static func belongs(_ content: JSONValue, to turn: Turn) -> Bool {
        content[propertiesKey]?["run_id"]?.stringValue == turn.runID
    }

    private static let longestModelName = String(repeating: "m", count: 200)

    /// What an edit with this text takes, in bytes; the measure by which long replies are split.
    package func cost(of text: String, for turn: Turn) -> Int {
        let plan = ReplyStateMachine.Plan(
            part: 0,
            kind: .final,
            text: text,
            target: turn.question.sourceEventID,
            endsReply: true,
            canWait: false
        )
        return content(
            of: plan, for: turn, tokensUsed: 1_000_000_000, model: Self.longestModelName, isReply: true
        ).canonicalByteCount
    }

    private func message(
        _ plan: ReplyStateMachine.Plan,
        turn: Turn,
        tokensUsed: Int,
        model: String?,
        isReply: Bool
    ) -> OutgoingMessage {
        let isComplete = plan.kind == .final || plan.kind == .message
        var body = CodeFences.closingOpenFence(plan.text)
        var html = markdown.html(from: body)
        if plan.endsReply, showsTokens, tokensUsed > 0 {
            let line = tokensLine(tokensUsed)
            html = (html ?? "<p>\(Self.escaped(body))</p>") + "<p><sub>\(Self.escaped(line))</sub></p>"
            body += "\n\n\(line)"
        }
        var properties = properties(of: turn)
        properties["part"] = .integer(Int64(plan.part))
        properties["complete"] = .bool(isComplete)
        if plan.endsReply {
            properties["tokens_used"] = .integer(min(max(0, Int64(tokensUsed)), Self.maximumInteger))
            properties["model"] = model.map { .string($0) }
        }
        return OutgoingMessage(
            msgtype: isComplete ? .text : .notice,
            body: body,
            formattedBody: html,
            mentions: plan.endsReply ? Mentions(userIDs: [turn.question.sender]) : Mentions(),
            relation: plan.target == nil
                ? relation(at: turn.question.place, answering: turn.question.sourceEventID, isReply: isReply) : nil,
            isLive: !isComplete,
            extra: [Self.propertiesKey: .object(properties)]
        )
    }

    private func relation(at place: ThreadPlace, answering eventID: EventID?, isReply: Bool) -> OutgoingMessage
        .Relation?
    {
        if let root = place.root {
            return .thread(root: root, inReplyTo: eventID ?? root, isFallingBack: true)
        }
        return isReply ? eventID.map { .reply($0) } : nil
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\n": escaped += "<br>"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
