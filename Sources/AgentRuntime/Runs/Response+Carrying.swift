import PlatformSDK

extension Response {
    /// The response so far as the first events of a new attempt, which would otherwise take it back.
    ///
    /// What was open is given up. What a call whose outcome is unknown has done stays unknown.
    func carriedOver(at milliseconds: Int64) -> [StreamEvent.Payload] {
        let start = ResponseStart(
            id: id, turnID: turnID, threadID: threadID, agentID: agentID, modelID: modelID, providerID: providerID,
            createdAt: createdAt, updatedAt: milliseconds)
        let items = outputItems.flatMap { item -> [StreamEvent.Payload] in
            [.itemStart(ItemStart(itemID: item.id, outputIndex: item.outputIndex, item: item.item)), item.end]
        }
        return [.responseStart(start)] + items + (usage.map { [.usageUpdate($0)] } ?? [])
    }
}

extension Response.Item {
    fileprivate var end: StreamEvent.Payload {
        switch status {
        case .complete: .itemDone(ItemDone(itemID: id, finalItem: item))
        case .error: .itemError(ItemError(itemID: id, error: error ?? .init()))
        case .cancelled: .itemCancelled(ItemCancelled(itemID: id, reason: reason))
        case .inProgress:
            if case .functionCallOutput = item {
                .itemCancelled(ItemCancelled(itemID: id, reason: "unknown"))
            } else {
                .itemCancelled(ItemCancelled(itemID: id, reason: "interrupted"))
            }
        }
    }
}
