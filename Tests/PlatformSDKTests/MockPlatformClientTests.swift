import PlatformSDK
import Testing

@Suite(.timeLimit(.minutes(1))) struct MockPlatformClientTests {
    private let request = MessageRequest(userID: "usr-test-a", threadID: "t", runID: "run", text: "hello, world")
    private let error = PlatformError(.agentFailed, "as asked")

    private func chunks(_ behaviour: MockPlatformClient.Behaviour) async -> (deltas: [String], error: (any Error)?) {
        var deltas: [String] = []
        do {
            let client = MockPlatformClient(behaviour: behaviour)
            for try await chunk in try await client.streamMessage(request) { deltas.append(chunk.delta) }
            return (deltas, nil)
        } catch {
            return (deltas, error)
        }
    }

    @Test func repliesInSeveralChunks() async throws {
        let client = MockPlatformClient()
        var chunks: [MessageChunk] = []
        for try await chunk in try await client.streamMessage(request) { chunks.append(chunk) }
        #expect(chunks.map(\.delta) == ["[MOCK] h", "ello, wo", "rld", ""])
        #expect(chunks.map(\.finished) == [false, false, false, true])
        #expect(chunks.last?.tokensUsed == 3)
        #expect(try await client.sendMessage(request).response == "[MOCK] hello, world")
    }

    @Test func failsWhereItIsTold() async {
        let before = await chunks(.init(failure: .beforeFirstChunk(error)))
        #expect(before.deltas.isEmpty && before.error is PlatformError)
        let after = await chunks(.init(failure: .afterChunks(2, error)))
        #expect(after.deltas == ["[MOCK] h", "ello, wo"] && after.error is PlatformError)
        let late = await chunks(.init(failure: .afterChunks(99, error)))
        #expect(late.deltas.count == 3 && late.error is PlatformError)
    }

    @Test func canNeverFinishAndIsCancelled() async throws {
        let reply = try await MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
            .streamMessage(request)
        var iterator = reply.makeAsyncIterator()
        #expect(try await iterator.next()?.delta == "[MOCK] h")
        await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                do {
                    for try await _ in reply {}
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            tasks.cancelAll()
            let wasCancelled = await tasks.next()
            #expect(wasCancelled == true)
        }
    }

    @Test func usersAndSettingsAreKept() async throws {
        let client = MockPlatformClient()
        let first = try await client.getOrCreateUser(externalID: "@a:x", platform: "matrix", displayName: "A")
        let second = try await client.getOrCreateUser(externalID: "@a:x", platform: "matrix", displayName: "B")
        #expect(first.isNew && !second.isNew)
        #expect(second.displayName == "A" && second.userID == "usr-matrix-@a:x" && second.createdAt == first.createdAt)
        let changed = try await client.updateSettings(
            userID: first.userID, .toggleSkill(name: "browser", enabled: true))
        #expect(changed.enabledSkills == ["browser"])
        #expect(try await client.getSettings(userID: first.userID) == changed)
        #expect(try await client.getSettings(userID: "usr-matrix-other") == .initial)
        await #expect(throws: SettingsAction.Rejection.unknownSkill("nope")) {
            try await client.updateSettings(userID: first.userID, .toggleSkill(name: "nope", enabled: true))
        }
    }

    @Test func aRunIsResumedAfterAnyChunkWithTheSameChunks() async throws {
        let client = MockPlatformClient(behaviour: .init(chunkSize: 3))
        let request = MessageRequest(userID: "u", threadID: "t", runID: "resumed", text: "What news?")
        var all: [MessageChunk] = []
        for try await chunk in try await client.streamMessage(request) { all.append(chunk) }
        #expect(all.map(\.seq) == Array(1...all.count))
        client.setBehaviour(.init(chunkSize: 7))
        for cursor in 0...all.count {
            var rest: [MessageChunk] = []
            for try await chunk in try await client.resumeMessage(runID: "resumed", after: cursor) {
                rest.append(chunk)
            }
            #expect(rest == Array(all[min(cursor, all.count - 1)...]), "the end comes again behind it")
        }
    }

    @Test func aStoppedRunEndsForItsReaders() async throws {
        let client = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
        let request = MessageRequest(userID: "u", threadID: "t", runID: "stopped", text: "hi")
        var iterator = try await client.streamMessage(request).makeAsyncIterator()
        _ = try await iterator.next()
        try await client.stopRun("stopped")
        let error = await #expect(throws: PlatformError.self) { try await iterator.next() }
        #expect(error?.code == .cancelled)
        let unknown = await #expect(throws: PlatformError.self) {
            try await client.resumeMessage(runID: "never", after: 0)
        }
        #expect(unknown?.code == .unknownRun)
    }
}
