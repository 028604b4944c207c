import AgentRuntime
import Foundation
import HTTP
import Logging
import PlatformSDK

/// Sends one request to a provider and reads its answer as server-sent events.
struct ModelStream: Sendable {
    /// The most bytes of an error response that are read.
    static let maximumErrorBytes = 16 << 10

    /// The port that requests go through.
    let client: any HTTPClient
    /// How the request is watched over.
    let options: ProviderOptions
    /// Puts failures into words.
    let report: FailureReport

    /// Creates a stream for a provider of this name.
    ///
    /// - Parameter carriesFiles: Whether the request has files, which may be what the provider refuses.
    init(
        client: any HTTPClient, provider: String, endpoint: ModelEndpoint, options: ProviderOptions, carriesFiles: Bool
    ) {
        self.client = client
        self.options = options
        report = FailureReport(provider: provider, endpoint: endpoint, carriesFiles: carriesFiles)
    }

    /// The answer, mapped; the request is sent with the first pull.
    func events(_ request: HTTPRequest, _ mapper: some ModelStreamMapper) -> ReplySequence<ModelEvent> {
        .producing(limit: 64) { send in
            try await watched(options.clock) { began, ended in
                try await perform(request, mapper, began: began, ended: ended, send)
            }
        }
    }

    /// Runs an operation that says when it waits for bytes; a wait longer than the limit ends it.
    private func watched<C: Clock>(
        _ clock: C,
        _ operation:
            @escaping @Sendable (_ began: @Sendable () -> Void, _ ended: @Sendable () -> Void) async throws -> Void
    ) async throws where C.Duration == Duration {
        let watch = StallWatch(clock: clock, limit: options.stallLimit)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await watch.untilStalled()
                throw report.stalled(options.stallLimit)
            }
            group.addTask { try await operation({ watch.beginWait() }, { watch.endWait() }) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func perform(
        _ request: HTTPRequest,
        _ mapper: some ModelStreamMapper,
        began: @Sendable () -> Void,
        ended: @Sendable () -> Void,
        _ send: @Sendable (ModelEvent) async -> Bool
    ) async throws {
        do {
            began()
            try await client.withResponse(to: request) { response in
                ended()
                log(response)
                if let failure = try await failure(response, began: began, ended: ended) { throw failure }
                try await read(response.body, mapper, began: began, ended: ended, send)
            }
        } catch let error as HTTPError {
            if Task.isCancelled { throw CancellationError() }
            throw report.error(error, limit: options.stallLimit)
        }
    }

    private func read(
        _ body: HTTPBody,
        _ mapper: some ModelStreamMapper,
        began: @Sendable () -> Void,
        ended: @Sendable () -> Void,
        _ send: @Sendable (ModelEvent) async -> Bool
    ) async throws {
        var reader = ModelStreamReader(mapper: mapper)
        var chunks = body.makeAsyncIterator()
        while !reader.isComplete {
            began()
            let bytes = try await chunks.next()
            ended()
            let step = bytes.map { reader.feed($0) } ?? reader.finish()
            for event in step.events {
                guard await send(event) else { return }
            }
            if let ending = step.failure { throw report.error(ending) }
            if bytes == nil { break }
        }
        if reader.ignoredEvents > 0 {
            options.logger.debug("events of the provider were ignored", metadata: ["count": "\(reader.ignoredEvents)"])
        }
    }

    /// The error for a response that is no event stream; nil where it is one.
    private func failure(
        _ response: HTTPStreamedResponse,
        began: @Sendable () -> Void,
        ended: @Sendable () -> Void
    ) async throws -> ModelError? {
        let type = response.headers.first(name: "Content-Type")?.lowercased() ?? ""
        let isSuccess = (200..<300).contains(response.status)
        guard !isSuccess || type.contains("text/html") || type.contains("application/json") else { return nil }
        var body: [UInt8] = []
        var chunks = response.body.makeAsyncIterator()
        repeat {
            began()
            let bytes = try await chunks.next()
            ended()
            guard let bytes else { break }
            body += bytes.prefix(Self.maximumErrorBytes - body.count)
        } while body.count < Self.maximumErrorBytes
        let json = JSONReader.read(body)
        let isPage = json == nil && (type.contains("html") || body.first { $0 > 0x20 } == UInt8(ascii: "<"))
        if isSuccess {
            if let json, json["error"]?.present != nil { return report.error(.reported(ProviderFailure(json))) }
            let what =
                isPage ? "a web page instead of an answer; check the base URL" : "an answer that is no event stream"
            return report.malformed(what, isRetryable: false)
        }
        var failure = json.map { ProviderFailure($0) } ?? ProviderFailure(status: response.status)
        if failure.requestID == nil { failure.requestID = Self.requestID(response.headers) }
        let hint = RetryHint(response.headers, now: Date())
        return report.error(failure, status: response.status, isPage: isPage, hint: hint)
    }

    private func log(_ response: HTTPStreamedResponse) {
        var metadata: Logger.Metadata = ["status": "\(response.status)"]
        if let id = Self.requestID(response.headers) { metadata["request_id"] = "\(report.redact(id))" }
        for field in response.headers.fields {
            let name = field.name.lowercased()
            guard name.contains("ratelimit"), name.contains("remaining") else { continue }
            metadata[name] = "\(report.redact(field.value))"
        }
        options.logger.debug("a model provider answers", metadata: metadata)
    }

    private static func requestID(_ headers: HTTPHeaders) -> String? {
        headers.first(name: "x-request-id") ?? headers.first(name: "request-id")
    }
}
