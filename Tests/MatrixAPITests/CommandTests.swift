import MatrixAPI
import Testing

@Suite("Typed commands (MSC4391)")
struct CommandTests {
    private let skill = CommandDescription(
        command: "skill",
        description: "switches a skill on or off",
        parameters: [
            .init(key: "state", schema: .oneOf(["on", "off"]), description: "on or off"),
            .init(key: "skill", schema: .text, description: "the name of the skill"),
            .init(key: "number", schema: .integer, isOptional: true, description: "a number"),
        ]
    )

    @Test("A description is written as the proposal has it")
    func description() throws {
        #expect(skill.content == (try Golden.json("command-description")))
        let plain = CommandDescription(command: "new", description: "begins anew")
        #expect(plain.content == ["command": "new", "description": ["m.text": [["body": "begins anew"]]]])
    }

    @Test("The state key is the digest of command and bot, in base64 with padding")
    func stateKey() {
        #expect(skill.stateKey(of: "@rialto:example.org") == "Zl5xZRwgt/oEur930PQYm2mj11nfaGfMqx8fxQ4aRoI=")
        #expect(skill.stateKey(of: "@other:example.org") != skill.stateKey(of: "@rialto:example.org"))
    }

    @Test(
        "An invocation is read leniently",
        arguments: [
            ("org.matrix.msc4391.command", ["command": "new"], CommandInvocation(command: "new")),
            (
                "m.bot.command", ["command": "skill", "arguments": ["state": "on", "skill": ["odd"]]],
                CommandInvocation(command: "skill", arguments: ["state": "on", "skill": ["odd"]])
            ),
            ("org.matrix.msc4391.command", ["command": "new", "arguments": [1]], CommandInvocation(command: "new")),
            ("org.matrix.msc4391.command", ["command": ""], nil),
            ("org.matrix.msc4391.command", ["command": 7], nil),
            ("org.matrix.msc4391.command", "new", nil),
            ("org.example.command", ["command": "new"], nil),
        ] as [(String, JSONValue, CommandInvocation?)])
    func invocation(key: String, json: JSONValue, expected: CommandInvocation?) {
        #expect(CommandInvocation(content: ["msgtype": "m.text", "body": "/new", key: json]) == expected)
    }

    @Test(
        "Digests are those of the standard, whatever the length",
        arguments: [
            ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            ("abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE="
            ),
            (String(repeating: "a", count: 55), "n0OQ+NMMLdkuyfCVtl4rmumwqSWlJY4kHJ8ekQ9zQxg="),
            (String(repeating: "a", count: 56), "s1Q5pKxvCUi21vnjxq8PX1kM4g8b3nCQ73lwaG7Gc4o="),
            (String(repeating: "a", count: 63), "fT50oF19sVvOStnsBljqmOPwbu7PFrTG//LaRX3cLzQ="),
            (String(repeating: "a", count: 64), "/+BU/nrgy23GXDr5th1SCfQ5hR20PQulmXM33xVGaOs="),
            (String(repeating: "a", count: 1_000), "Qe3s5C1j6Nm/UVqbppMuHCDLyfWl0TRkWttdsblzfqM="),
        ])
    func digest(message: String, expected: String) {
        #expect(SHA256Digest(of: Array(message.utf8)).base64 == expected)
    }
}
