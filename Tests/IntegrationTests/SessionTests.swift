import Foundation
import MatrixAPI
import SQLiteStore
import TestSupport
import Testing

@Suite("Sessions", .timeLimit(.minutes(10)))
struct SessionTests {
    @Test("Tokens that end every few seconds are refreshed unseen, also at the next start, and without a password")
    func refreshed() async throws {
        try await SynapseServer.withServer(tokenLifetime: 4) { server in
            try await withStage(server: server) { stage in
                let (alice, bot) = (stage.alice, stage.bot.userID)
                var configuration = try stage.configuration(.mock)
                let login = try await stage.rialto("login", "--config", stage.write(configuration))
                #expect(login.status == .exited(0), "\(login.output)")
                configuration["matrix", "password_file"] = nil
                try await stage.withRialto(configuration) { rialto in
                    let room = try await stage.directRoom(of: alice)
                    let pid = rialto.pid
                    var questions: [String] = []
                    for number in 1...4 {
                        let reply = try await alice.ask("question \(number)", in: room, of: bot)
                        #expect(reply.text == "[MOCK] question \(number)" && reply.messages.count == 1)
                        questions += [reply.messages.first?.turn ?? ""]
                        try await stage.waitForEndOfToken()
                    }
                    #expect(Set(questions).count == 4)
                    #expect(rialto.pid == pid)
                    #expect(rialto.log.components(separatedBy: "the access token was refreshed").count > 3)
                    #expect(try await rialto.terminate() == .exited(0))
                    let stopped = try await alice.sendText("meanwhile", in: room)
                    // Nothing refreshes the tokens now: when it starts they have ended.
                    try await stage.waitForEndOfToken()
                    try await rialto.start()
                    #expect(try await alice.reply(to: stopped, in: room, from: bot).text == "[MOCK] meanwhile")
                    #expect(rialto.errorLines == [])
                    #expect(!rialto.log.contains("syt_") && !rialto.log.contains("syr_"))
                    #expect(try await stage.rialtoDevices() == 1)
                    #expect(try await rialto.terminate() == .exited(0))
                    try await stage.waitForEndOfToken()
                    let check = try await stage.rialto("check", "--config", stage.write(configuration))
                    #expect(check.output.contains("the stored session is of"), "\(check.output)")
                }
            }
        }
    }

    @Test("A device that is logged out is logged in again under its name, and nothing is lost or said twice")
    func loggedOut() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let room = try await stage.directRoom(of: alice)
                let first = try await alice.ask("before", in: room, of: bot)
                let (pid, device) = (rialto.pid, try await stage.deviceOfRialto())
                try await stage.bot.api.request("POST", ["v3", "logout", "all"], body: [:])
                let reply = try await alice.ask("after", in: room, of: bot)
                #expect(reply.messages.count == 1 && reply.text == "[MOCK] after")
                #expect(rialto.pid == pid && rialto.errorLines == [])
                #expect(rialto.log.contains("logging in again"))
                let again = try await SynapseUser.logIn(
                    userID: bot, password: stage.bot.password, at: stage.server.baseURL)
                #expect(try await stage.deviceOfRialto(as: again.api) == device)
                let turns = try await alice.messages(in: room).messages(from: bot).map(\.turn)
                #expect(turns.count == 2 && turns.first == first.messages.first?.turn)
            }
        }
    }

    @Test("Where there is no password, the end of the session ends the program with what to configure")
    func noPassword() async throws {
        try await withStage { stage in
            var configuration = try stage.configuration(.mock)
            _ = try await stage.rialto("login", "--config", stage.write(configuration))
            configuration["matrix", "password_file"] = nil
            try await stage.withRialto(configuration) { rialto in
                try await stage.bot.api.request("POST", ["v3", "logout", "all"], body: [:])
                #expect(try await rialto.waitForExit(limit: .seconds(60)) == .exited(1))
                #expect(rialto.log.contains("set matrix.password_file or MATRIX_PASSWORD, or run `rialto login`"))
            }
        }
    }
}

extension Stage {
    /// How many devices the program has made.
    fileprivate func rialtoDevices() async throws -> Int {
        try await devices(bot.api).count
    }

    /// The id of the program's device.
    fileprivate func deviceOfRialto(as api: ClientServerAPI? = nil) async throws -> String? {
        try await devices(api ?? bot.api).first?["device_id"]?.stringValue
    }

    /// Waits until the homeserver does not know the stored token any more.
    fileprivate func waitForEndOfToken() async throws {
        let database = try await BridgeDatabase.open(in: URL(fileURLWithPath: directory.file("data")))
        let sessions = SessionStore(database: database)
        let stored = try await sessions.session(homeserver: server.baseURL, userID: UserID(rawValue: bot.userID))
        try await database.close()
        let end = try #require(stored?.expiresAt)
        try await eventually("the end of the token", limit: .seconds(30)) {
            Int64(Date().timeIntervalSince1970 * 1_000) > end
        }
    }

    private func devices(_ api: ClientServerAPI) async throws -> [JSONValue] {
        let devices = try await api.request("GET", ["v3", "devices"])["devices"]?.arrayValue ?? []
        return devices.filter { $0["display_name"] == "rialto" }
    }
}
