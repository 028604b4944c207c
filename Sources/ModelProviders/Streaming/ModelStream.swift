import AgentRuntime
import Foundation
import HTTP
import PlatformSDK

/// What one event of a provider's stream means.
enum ModelStreamStep {
    case event(ModelEvent)
    /// The answer is complete; what follows is not read.
    case done
}

/// Understands the events of one provider's stream.
protocol ModelStreamDecoder: Sendable {
    /// What the event means; throws `ModelError` where it reports a failure, or is no JSON.
    mutating func decode(_ event: ServerSentEvent) throws -> [ModelStreamStep]
    /// Whether the stream may end here, without a step that says so.
    var isComplete: Bool { get }
}

extension ModelStreamDecoder {
    var isComplete: Bool { false }
}

/// Sends one request to a provider and reads its answer as server-sent events.
struct ModelStream: Sendable {
    /// The port that requests go through.
    let client: any HTTPClient
    /// The provider's name in messages.
    let provider: String
    /// The key, which is kept out of messages.
    let key: String

    /// The answer, decoded; the request is sent with the first pull.
    func events<Decoder: ModelStreamDecoder>(
        _ request: HTTPRequest,
        _ decoder: Decoder
    ) -> ReplySequence<ModelEvent> {
        .producing(limit: 64) { send in
            do {
                try await client.withResponse(to: request) { response in
                    try await read(response, decoder, send)
                }
            } catch let error as HTTPError {
                throw ModelError(
                    .unavailable,
                    "\(provider): \(error.message)",
                    cause: error,
                    isRetryable: error.isRetryable
                )
            }
        }
    }

    private func read<Decoder: ModelStreamDecoder>(
        _ response: HTTPStreamedResponse,
        _ decoder: Decoder,
        _ send: @Sendable (ModelEvent) async -> Bool
    ) async throws {
        guard (200..<300).contains(response.status) else { throw try await failure(response) }
        var decoder = decoder
        var parser = SSEParser()
        for try await bytes in response.body {
            for event in try parser.feed(bytes) {
                for step in try decoder.decode(event) {
                    guard case .event(let event) = step, await send(event) else { return }
                }
            }
        }
        if decoder.isComplete { return }
        throw ModelError(.truncated, "\(provider) ended the answer before it was complete", isRetryable: true)
    }

    /// The error for a response with an error status; the provider's own words without the key.
    private func failure(_ response: HTTPStreamedResponse) async throws -> ModelError {
        var body: [UInt8] = []
        for try await bytes in response.body where body.count < 16 << 10 { body += bytes }
        let details = (try? JSONDecoder().decode(ProviderFailure.self, from: Data(body)))?.error?.message
        // What a provider says about a wrong key may quote the key in part.
        let isAboutKey = response.status == 401 || response.status == 403
        let words = isAboutKey ? "check the provider's key" : details ?? "no details"
        let message = "\(provider) answered with status \(response.status): \(words.prefix(500))"
        let safe = key.isEmpty ? message : message.replacingOccurrences(of: key, with: "[key]")
        return switch response.status {
        case 401, 403: ModelError(.authentication, safe)
        case 429: ModelError(.rateLimited, safe, isRetryable: true)
        case 408, 409, 500...: ModelError(.unavailable, safe, isRetryable: true)
        default: ModelError(.invalidRequest, safe)
        }
    }
}

/// The body of a provider's error, of which all three say the same.
struct ProviderFailure: Decodable {
    struct Details: Decodable {
        let type: String?
        let message: String?
    }

    let error: Details?
}

extension ServerSentEvent {
    /// The event's data as a value; throws `ModelError` without its content.
    func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(data.utf8))
        } catch {
            throw ModelError(.unavailable, "the provider sent an event that cannot be read as its API describes it")
        }
    }
}

extension HTTPRequest {
    /// A request for a stream: patient while the model thinks, without an end of its own.
    static func modelStream(url: String, headers: HTTPHeaders, body: some Encodable) throws -> HTTPRequest {
        var headers = headers
        headers.set(name: "Content-Type", value: "application/json")
        headers.set(name: "Accept", value: "text/event-stream")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var request = HTTPRequest(method: .post, url: url, headers: headers, body: Array(try encoder.encode(body)))
        request.timeouts = HTTPTimeouts(idle: .seconds(300))
        return request
    }
}

/// Where a provider is, and as whom to ask.
package struct ModelEndpoint: Sendable, CustomStringConvertible {
    let baseURL: String
    let key: String
    let model: String

    /// Creates an endpoint; the base URL is the part before `/v1`-level paths, such as `https://api.openai.com/v1`.
    package init(baseURL: String, key: String, model: String) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.key = key
        self.model = model
    }

    /// The model and the base URL, without the key.
    package var description: String { "\(model) at \(baseURL)" }
}
