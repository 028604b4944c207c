/// What was waited for did not come in time.
package struct TimedOut: Error, CustomStringConvertible {
    /// What was waited for, how long, and from where.
    package let description: String

    /// Names what did not come within the limit.
    package init(_ what: String, limit: Duration, fileID: String = #fileID, line: Int = #line) {
        description = "\(fileID):\(line): waited \(limit) in vain for this: \(what)"
    }
}

/// Waits until the condition holds, looking again every few milliseconds.
///
/// - Throws: `TimedOut` past the limit, what the condition throws, and `CancellationError`.
package func eventually(
    _ what: String,
    limit: Duration = .seconds(30),
    fileID: String = #fileID,
    line: Int = #line,
    _ condition: () async throws -> Bool
) async throws {
    _ = try await eventualValue(what, limit: limit, fileID: fileID, line: line) { try await condition() ? true : nil }
}

/// Waits until the closure returns a value, looking again every few milliseconds.
///
/// - Throws: `TimedOut` past the limit, what the closure throws, and `CancellationError`.
package func eventualValue<Value>(
    _ what: String,
    limit: Duration = .seconds(30),
    fileID: String = #fileID,
    line: Int = #line,
    _ value: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let begin = clock.now
    var looks = 0
    while true {
        // A machine that was too busy to look is no failure: the limit counts once there were enough looks within it.
        let waited = clock.now - begin
        let isLast = (waited >= limit && looks >= 100) || waited >= limit * 4
        if let value = try await value() { return value }
        if isLast { throw TimedOut(what, limit: limit, fileID: fileID, line: line) }
        looks += 1
        try await Task.sleep(for: .milliseconds(10), clock: clock)
    }
}
