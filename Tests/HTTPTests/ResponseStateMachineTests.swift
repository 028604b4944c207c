import Testing

@testable import HTTP

@Suite("Response state machine")
struct ResponseStateMachineTests {
    private typealias Machine = ResponseStateMachine<String, String>

    private static let head = ResponseHead(status: 200, headers: [:], url: "http://h/")
    private static let error = HTTPError(.body, "broken")
    private static let cancelled = HTTPError(.cancelled, "left")

    private func isWait(_ action: Machine.ReadAction) -> Bool {
        if case .wait = action { true } else { false }
    }

    private func chunk(_ action: Machine.ReadAction) -> (bytes: [UInt8], resumes: Bool)? {
        if case .chunk(let bytes, let resumes) = action { (bytes, resumes) } else { nil }
    }

    private func code(_ action: Machine.ReadAction) -> HTTPError.Code? {
        if case .fail(let error) = action { error.code } else { nil }
    }

    private func isPause(_ action: Machine.ReceiveAction) -> Bool {
        if case .pause = action { true } else { false }
    }

    private func isEnd(_ action: Machine.ReadAction) -> Bool {
        if case .end = action { true } else { false }
    }

    @Test("the head goes to its waiter, or waits for it")
    func headDelivery() throws {
        var early = Machine(capacity: 4)
        #expect(early.waitForHead("task") == nil)
        #expect(early.receiveHead(Self.head) == "task")
        var late = Machine(capacity: 4)
        #expect(late.receiveHead(Self.head) == nil)
        #expect(try late.waitForHead("task")?.get().status == 200)
    }

    @Test("the buffer never exceeds its bound, and an emptied one resumes the transfer once")
    func backPressure() {
        var machine = Machine(capacity: 4)
        _ = machine.receiveHead(Self.head)
        _ = machine.receive([1, 2, 3])
        #expect(isPause(machine.receive([4, 5])))
        #expect(machine.bufferedBytes == 3)
        let first = chunk(machine.read("task"))
        #expect(first?.bytes == [1, 2, 3])
        #expect(first?.resumes == true)
        _ = machine.receive([4, 5])
        let second = chunk(machine.read("task"))
        #expect(second?.bytes == [4, 5])
        #expect(second?.resumes == false)
    }

    @Test("a chunk beyond the bound still passes through an empty buffer")
    func largeChunk() {
        var machine = Machine(capacity: 1)
        _ = machine.receive([1, 2, 3])
        #expect(chunk(machine.read("task"))?.bytes == [1, 2, 3])
    }

    @Test("a waiting reader gets bytes directly")
    func directDelivery() {
        var machine = Machine(capacity: 4)
        #expect(isWait(machine.read("task")))
        guard case .deliver(to: "task") = machine.receive([1]) else {
            Issue.record("the reader was not named")
            return
        }
        #expect(machine.bufferedBytes == 0)
    }

    @Test("an end follows what is buffered")
    func ends() {
        var whole = Machine(capacity: 4)
        _ = whole.receive([1])
        _ = whole.finish(.success(()))
        #expect(chunk(whole.read("task"))?.bytes == [1])
        #expect(isEnd(whole.read("task")))
        #expect(isEnd(whole.read("task")))
        var broken = Machine(capacity: 4)
        _ = broken.receive([1])
        _ = broken.finish(.failure(Self.error))
        #expect(chunk(broken.read("task"))?.bytes == [1])
        #expect(code(broken.read("task")) == .body)
    }

    @Test("an end names everybody who waits")
    func waiters() {
        var atHead = Machine(capacity: 4)
        _ = atHead.waitForHead("head")
        #expect(atHead.finish(.failure(Self.error)).headWaiter == "head")
        var atBody = Machine(capacity: 4)
        _ = atBody.read("body")
        let action = atBody.finish(.success(()))
        #expect(action.bodyWaiter == "body")
        #expect(action.headWaiter == nil)
        #expect(!action.cancelTransfer)
    }

    @Test("abandoning drops the buffer, cancels a running transfer once and refuses further bytes")
    func abandonment() {
        var machine = Machine(capacity: 4)
        _ = machine.receive([1])
        #expect(machine.abandon(with: Self.cancelled).cancelTransfer)
        #expect(!machine.abandon(with: Self.cancelled).cancelTransfer)
        #expect(machine.bufferedBytes == 0)
        guard case .abort = machine.receive([2]) else {
            Issue.record("the transfer goes on")
            return
        }
        #expect(code(machine.read("task")) == .cancelled)
        #expect(machine.finish(.failure(Self.error)).bodyWaiter == nil)
        #expect(code(machine.read("task")) == .cancelled)
    }

    @Test("abandoning a finished response cancels nothing")
    func lateAbandonment() {
        var machine = Machine(capacity: 4)
        _ = machine.finish(.success(()))
        #expect(!machine.abandon(with: Self.cancelled).cancelTransfer)
        #expect(isEnd(machine.read("task")))
    }

    @Test("one consumer claims the body")
    func claims() {
        var machine = Machine(capacity: 4)
        let claims = [machine.claim(), machine.claim()]
        #expect(claims == [true, false])
    }
}
