import Foundation
import HTTP
import MatrixAPI
import TestSupport
import Testing

/// The whole program before a model's server that a test scripts.
@Suite("A model behind the agent", .timeLimit(.minutes(10)))
struct ModelProviderTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    private static let key = "sk-shylock-3000-ducats-5b1d"

    private static func says(_ text: String) -> ScriptedResponse {
        let chunk =
            #"data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":"stop"}]}"#
        let bytes = Array((chunk + "\n\ndata: [DONE]\n\n").utf8)
        let head = ScriptedResponse.head(200, ["Content-Type": "text/event-stream", "Connection": "close"])
        return ScriptedResponse(steps: [.write(head), .write(bytes), .close])
    }

    private func configuration(_ stage: Stage, _ server: ScriptedHTTPServer) throws -> RialtoConfiguration {
        var configuration = try stage.configuration(.embedded)
        configuration["provider", "kind"] = "openai-chat"
        configuration["provider", "model"] = "m"
        configuration["provider", "base_url"] = .string(server.baseURL + "/v1")
        configuration["telemetry", "log_level"] = "trace"
        return configuration
    }

    @Test("A picture is shown to the model, and again in the next turn; one that the model refuses is told as that")
    func pictures() async throws {
        let image = "data:image/png;base64," + Data(Self.png).base64EncodedString()
        try await ScriptedHTTPServer.withServer { request in
            let body = String(decoding: request.body, as: UTF8.self)
            if body.contains("refuse this") {
                return .json(#"{"error":{"message":"this model does not take an image"}}"#, status: 400)
            }
            return Self.says(body.contains(image) ? "I see it" : "I see nothing")
        } _: { server in
            try await withStage { stage in
                let (alice, bot) = (stage.alice, stage.bot.userID)
                try await stage.withRialto(configuration(stage, server)) { rialto in
                    let room = try await stage.directRoom(of: alice)
                    let url = try await alice.api.upload(Self.png)
                    func send(_ caption: String) async throws -> String {
                        let question = try await alice.send(
                            "m.room.message",
                            [
                                "msgtype": "m.image", "body": .string(caption), "filename": "cat.png",
                                "url": .string(url),
                            ],
                            in: room)
                        return try await alice.reply(to: question, in: room, from: bot).text
                    }
                    #expect(try await alice.ask("Hello?", in: room, of: bot).text.hasPrefix("I see nothing"))
                    #expect(try await send("what is this?").hasPrefix("I see it"))
                    #expect(try await alice.ask("And now?", in: room, of: bot).text.hasPrefix("I see it"))
                    #expect(try await send("refuse this").contains("My model does not take this kind of file."))
                    #expect(rialto.errorLines == [])
                }
            }
        }
    }

    @Test("A key that the model's server echoes is in no log, no reply, no check, no process list and no file")
    func secrecy() async throws {
        try await ScriptedHTTPServer.withServer { request in
            let body = String(decoding: request.body, as: UTF8.self)
            let headers: HTTPHeaders = [
                "x-request-id": Self.key, "x-ratelimit-remaining-requests": Self.key, "www-authenticate": Self.key,
            ]
            let error =
                #"{"error":{"message":"Incorrect key: \#(Self.key)","code":"\#(Self.key)","type":"\#(Self.key)"}}"#
            return .json(error, status: body.contains("gobbo") ? 400 : 401, headers: headers)
        } _: { server in
            try await withStage { stage in
                let (alice, bot) = (stage.alice, stage.bot.userID)
                let file = try stage.directory.write(Self.key + "\n", to: "key")
                var configuration = try configuration(stage, server)
                configuration["provider", "api_key_file"] = .string(file)
                let check = try await stage.rialto("check", "--config", stage.write(configuration))
                #expect(check.status == .exited(0) && !check.output.contains(Self.key), "\(check.output)")
                try await stage.withRialto(configuration) { rialto in
                    let room = try await stage.directRoom(of: alice)
                    for (question, words) in [
                        ("wrong", "does not accept my key"), ("gobbo", "did not accept what I sent"),
                    ] {
                        let reply = try await alice.ask(question, in: room, of: bot).text
                        #expect(reply.contains(words) && !reply.contains(Self.key))
                    }
                    let pid = try #require(rialto.pid)
                    for file in ["cmdline", "environ"] {
                        let text = try String(contentsOfFile: "/proc/\(pid)/\(file)", encoding: .utf8)
                        #expect(!text.isEmpty && !text.contains(Self.key))
                    }
                    #expect(try await rialto.terminate() == .exited(0))
                    #expect(rialto.log.contains("MODEL_AUTHENTICATION") && !rialto.log.contains(Self.key))
                    #expect(
                        server.requests.allSatisfy { $0.headers.first(name: "Authorization") == "Bearer \(Self.key)" })
                }
                let data = stage.directory.file("data")
                for path in try FileManager.default.subpathsOfDirectory(atPath: data) {
                    guard let bytes = FileManager.default.contents(atPath: data + "/" + path) else { continue }
                    #expect(bytes.firstRange(of: Array(Self.key.utf8)) == nil, "\(path)")
                }
            }
        }
    }
}
