import Foundation
import PlatformSDK

/// The least that the way of a chunk can be: read it from a socket, store it in one transaction, write it to another.
struct StoringRelay: Sendable {
    /// Where the database is made.
    let directory: URL

    /// How long the chunks of a plan take over it, all runs over the same sockets.
    func latencies(runs: Int, chunks: Int, _ pacing: Pacing) async throws -> Distribution {
        let stopwatch = Stopwatch(runs: runs, chunks: chunks)
        let (provider, input) = try Self.connection()
        let (output, reader) = try Self.connection()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await onThread("relay") { try relay(from: input, to: output) } }
            group.addTask {
                try await onThread("reader") {
                    var line: [UInt8] = []
                    while true {
                        let bytes = try reader.read()
                        let now = ContinuousClock.now
                        if bytes.isEmpty { return }
                        line += bytes
                        while let end = line.firstIndex(of: 0x0A) {
                            let parts = String(decoding: line[..<end], as: UTF8.self).split(separator: ":")
                            line.removeFirst(end + 1)
                            stopwatch.receive(String(parts[1]), of: Int(parts[0]) ?? 0, at: now)
                        }
                    }
                }
            }
            group.addTask {
                try await onThread("provider") {
                    try pacing.play { beat in
                        let line = Array("\(beat.run):\(Stopwatch.text(beat.chunk))\n".utf8)
                        stopwatch.send(beat.chunk, of: beat.run)
                        try provider.write(line)
                    }
                    provider.shutDown()
                }
            }
            try await group.waitForAll()
        }
        return try stopwatch.latencies()
    }

    private func relay(from input: LoopbackSocket, to output: LoopbackSocket) throws {
        let database = try BareDatabase(in: directory)
        let event = try LogWorkload.events(1, of: "run-1", from: 1).map { try EventJSON.encode($0) }
        var seq = 1
        while true {
            let bytes = try input.read()
            if bytes.isEmpty { break }
            let count = bytes.count { $0 == 0x0A }
            try database.insert((0..<count).flatMap { _ in event }, from: seq)
            seq += count
            try output.write(bytes)
        }
        output.shutDown()
    }

    /// Two ends of a connection.
    private static func connection() throws -> (LoopbackSocket, LoopbackSocket) {
        let listener = try LoopbackListener()
        let here = try LoopbackSocket.connect(to: listener.port)
        return (here, try listener.accept())
    }
}
