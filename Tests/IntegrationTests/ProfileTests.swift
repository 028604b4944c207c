import Foundation
import MatrixAPI
import TestSupport
import Testing

@Suite("Profile and direct chats", .timeLimit(.minutes(10)))
struct ProfileTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]

    @Test("Name and picture are set once for each change of the configuration")
    func profile() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let picture = stage.directory.file("avatar.png")
            try Data(Self.png).write(to: URL(fileURLWithPath: picture))
            var configuration = try stage.configuration(.mock)
            configuration["matrix", "display_name"] = "The Bridge"
            configuration["matrix", "avatar_file"] = .string(picture)
            try await stage.withRialto(configuration) { rialto in
                try await rialto.waitForLog(#""part":"avatar""#)
                let first = try await alice.api.request("GET", ["v3", "profile", bot])
                #expect(first["displayname"] == "The Bridge")
                #expect(first["avatar_url"]?.stringValue?.hasPrefix("mxc://") == true)

                // What somebody sets by another client stays, as long as the configuration does.
                try await rialto.terminate()
                try await stage.bot.setDisplayName("Ponte")
                try await rialto.start()
                let room = try await stage.directRoom(of: alice)
                _ = try await alice.ask("hello", in: room, of: bot)
                let second = try await alice.api.request("GET", ["v3", "profile", bot])
                #expect(second["displayname"] == "Ponte")
                #expect(second["avatar_url"] == first["avatar_url"])

                let path = ["v3", "user", bot, "account_data", "m.direct"]
                let direct = try await stage.bot.api.request("GET", path)
                #expect(direct[alice.userID] == [.string(room)])
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("A picture that is none does not keep the program from starting")
    func noPicture() async throws {
        try await withStage { stage in
            var configuration = try stage.configuration(.mock)
            configuration["matrix", "avatar_file"] = .string(try stage.directory.write("no picture", to: "avatar.png"))
            try await stage.withRialto(configuration) { rialto in
                try await rialto.waitForLog("matrix.avatar_file is no PNG")
                let room = try await stage.directRoom(of: stage.alice)
                #expect(try await stage.alice.ask("hello", in: room, of: stage.bot.userID).text == "[MOCK] hello")
            }
        }
    }
}
