import PlatformSDK

extension RunStateMachine.Plan {
    /// What the model is shown of the thread up to the question, and the files by the places of their messages.
    var shown: (history: [OutputItem], files: [Int: [ModelAttachment]]) {
        var history: [OutputItem] = []
        var shown: [Int: [ModelAttachment]] = [:]
        func add(_ items: [OutputItem], _ attachments: [Attachment]) {
            let found = attachments.compactMap { files[$0.path] }
            if !found.isEmpty, let question = items.firstIndex(where: \.isOfPerson) {
                shown[history.count + question] = found
            }
            history += items
        }
        for turn in window.turns { add(turn.items, turn.attachments) }
        add([.message(.init(content: request.textForModel, origin: .user))], request.attachments)
        return (history, shown)
    }

    /// Leaves the files of earlier turns to the lines that name them; false where there were none.
    ///
    /// For a provider that has refused files: those that it is shown again must not spoil what is asked now.
    mutating func dropEarlierFiles() -> Bool {
        let own = Set(request.attachments.map(\.path))
        let earlier = Set(window.turns.flatMap(\.attachments).map(\.path)).subtracting(own)
        guard files.keys.contains(where: earlier.contains) else { return false }
        files = files.filter { own.contains($0.key) }
        return true
    }
}

extension OutputItem {
    fileprivate var isOfPerson: Bool {
        guard case .message(let message) = self else { return false }
        return message.origin == .user
    }
}
