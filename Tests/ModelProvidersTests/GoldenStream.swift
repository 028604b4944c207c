import AgentRuntime
import Foundation
import HTTP
import PlatformSDK
import Testing

@testable import ModelProviders

/// The APIs, as folders of golden streams.
enum GoldenAPI: String, CaseIterable, Sendable {
    case responses, messages, chat

    /// The provider that speaks it.
    func provider(
        _ baseURL: String,
        _ client: any HTTPClient,
        options: ProviderOptions = ProviderOptions()
    ) -> any ModelProvider {
        let endpoint = ModelEndpoint(baseURL: baseURL + "/v1/", key: GoldenAPI.key, model: "model-1")
        return switch self {
        case .responses: OpenAIResponsesProvider(endpoint: endpoint, client: client, options: options)
        case .messages: AnthropicProvider(endpoint: endpoint, client: client, options: options)
        case .chat: ChatCompletionsProvider(endpoint: endpoint, client: client, options: options)
        }
    }

    /// The key of all providers of these tests.
    static let key = "sk-very-secret-0123456789"
}

/// A provider's stream as it stands in a file, and what it must become.
struct GoldenStream: Sendable, CustomTestStringConvertible {
    let api: GoldenAPI
    let name: String
    let bytes: [UInt8]

    var testDescription: String { "\(api.rawValue)/\(name)" }

    static let folder = Bundle.module.bundleURL.appending(path: "Golden")

    /// Every stream that there is; a missing folder has none, which a test notices.
    static let all: [GoldenStream] = GoldenAPI.allCases.flatMap { api -> [GoldenStream] in
        let folder = folder.appending(path: api.rawValue)
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "sse" }.sorted { $0.path < $1.path }.compactMap { file in
            (try? Data(contentsOf: file)).map {
                GoldenStream(api: api, name: file.deletingPathExtension().lastPathComponent, bytes: Array($0))
            }
        }
    }

    /// A complete answer in text.
    static func plainText(_ api: GoldenAPI) -> GoldenStream? {
        all.first { $0.api == api && ($0.name == "text" || $0.name == "openai-text") }
    }

    /// What the stream must become.
    func expected() throws -> GoldenOutcome {
        let file = Self.folder.appending(path: "\(api.rawValue)/\(name).json")
        let json = JSONReader.read(Array(try Data(contentsOf: file))) ?? .null
        return GoldenOutcome(
            events: json["events"]?.elements ?? [],
            failure: json["failure"]?.present?.string,
            ignoredEvents: json["ignored_events"]?.int ?? -1
        )
    }

    /// A reader that has read nothing yet.
    func reader() -> any GoldenReader {
        switch api {
        case .responses: ModelStreamReader(mapper: OpenAIResponsesMapper(prefix: "req"))
        case .messages: ModelStreamReader(mapper: AnthropicMapper(prefix: "req"))
        case .chat: ModelStreamReader(mapper: ChatCompletionsMapper(prefix: "req"))
        }
    }
}

/// The end of a stream, as the files write it.
struct GoldenOutcome: Equatable, Sendable {
    var events: [JSON] = []
    var failure: String?
    var ignoredEvents = 0

    /// Takes what a piece of the stream brought.
    mutating func add(_ events: [ModelEvent], _ failure: StreamFailure?) {
        self.events += events.map(\.golden)
        guard let failure else { return }
        let endpoint = ModelEndpoint(baseURL: "http://host", key: GoldenAPI.key, model: "m")
        let error = FailureReport(provider: "P", endpoint: endpoint).error(failure)
        self.failure = "\(error.code)" + (error.isRetryable ? " (retryable)" : "")
    }

    /// The outcome as it stands in a file: one event a line.
    var text: String {
        let lines = events.map { "    \($0.text)" }.joined(separator: ",\n")
        let failure = failure.map { "\"\($0)\"" } ?? "null"
        return
            "{\n  \"events\": [\n\(lines)\n  ],\n  \"failure\": \(failure),\n  \"ignored_events\": \(ignoredEvents)\n}\n"
    }
}

/// A reader of any API's stream.
protocol GoldenReader {
    var ignoredEvents: Int { get }
    mutating func read(_ bytes: [UInt8], into outcome: inout GoldenOutcome)
    mutating func end(into outcome: inout GoldenOutcome)
}

extension ModelStreamReader: GoldenReader {
    mutating func read(_ bytes: [UInt8], into outcome: inout GoldenOutcome) {
        let step = feed(bytes)
        outcome.add(step.events, step.failure)
        outcome.ignoredEvents = ignoredEvents
    }

    mutating func end(into outcome: inout GoldenOutcome) {
        let step = finish()
        outcome.add(step.events, step.failure)
        outcome.ignoredEvents = ignoredEvents
    }
}

extension ModelEvent {
    /// The event as the contract writes it.
    var golden: JSON {
        switch self {
        case .start(let id, let model):
            return ["type": "response_start", "response_id": .optional(id), "model_id": .optional(model)]
        case .itemStart(let start): return .contract("item_start", start)
        case .itemDelta(let delta): return .contract("item_delta", delta)
        case .itemDone(let done): return .contract("item_done", done)
        case .usage(let usage): return .contract("usage_update", usage)
        case .finish(let reason): return ["type": "response_done", "finish_reason": .string(reason.rawValue)]
        case .heartbeat: return ["type": "heartbeat"]
        }
    }
}

extension JSON {
    fileprivate static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    fileprivate static func contract(_ type: String, _ payload: some Encodable) -> JSON {
        let bytes = (try? EventJSON.encode(payload)).map { Array($0) } ?? []
        var members = JSONReader.read(bytes)?.members ?? [:]
        members["type"] = .string(type)
        return .object(members)
    }
}
