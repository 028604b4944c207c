import Foundation
import Logging
import Testing

@testable import rialto

@Suite("Secrets")
struct SecretTests {
    private static let value = "correct-horse-battery"

    private func texts(of value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return [String(describing: value), String(reflecting: value), "\(value)", dumped]
    }

    @Test("no description, mirror or dump shows one, not even inside of other values")
    func neverShown() throws {
        let environment = [
            "MATRIX_PASSWORD": Self.value, "MATRIX_ACCESS_TOKEN": Self.value, "OPENAI_API_KEY": Self.value,
        ]
        let configuration = try ConfigurationLoader(environment: environment, systemFile: "/nowhere.toml")
            .load(source: "", name: nil, directory: "/")
        let secret = Secret(Self.value)
        let found = try #require(try configuration.matrixPassword.read())
        let shown =
            texts(of: secret) + texts(of: [secret]) + texts(of: ["a": secret]) + texts(of: configuration)
            + texts(of: found) + texts(of: configuration.matrixPassword) + texts(of: Optional(secret) as Any)
        for text in shown { #expect(!text.contains("horse")) }
        #expect(secret.reveal() == Self.value)
        #expect("\(secret)" == "(secret)")
    }

    @Test("a file's secret has no line break at its end, and one that others can read is warned about")
    func filesAndPermissions() async throws {
        try await withTestDirectory { directory in
            let path = directory + "/password"
            try "\(Self.value)\r\n".write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let kept = try SecretSource.read(path, as: "matrix.password_file", checksPermissions: true)
            #expect(kept.secret == Secret(Self.value))
            #expect(kept.warning == nil)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let open = try SecretSource.read(path, as: "matrix.password_file", checksPermissions: true)
            #expect(open.warning == "\(path) can be read by other users of this machine; run: chmod 600 \(path)")
        }
    }

    @Test(
        "a file that holds no secret is an error that does not quote it",
        arguments: [
            ("", "is empty"), ("\n", "is empty"), ("correct-horse\nsecond", "must hold one line"),
        ])
    func badFiles(content: String, reason: String) async throws {
        try await withTestDirectory { directory in
            let path = directory + "/password"
            try content.write(toFile: path, atomically: true, encoding: .utf8)
            let error = #expect(throws: ConfigurationError.self) {
                try SecretSource.read(path, as: "matrix.password_file", checksPermissions: true)
            }
            #expect(error?.description == "\(path): matrix.password_file: \(reason)")
            let missing = #expect(throws: ConfigurationError.self) {
                try SecretSource.read(path + "x", as: "k", checksPermissions: true)
            }
            #expect(missing?.description == "\(path)x: k: there is no such file")
        }
    }

    @Test("the environment comes before the file, the file before systemd's credentials")
    func precedence() async throws {
        try await withTestDirectory { directory in
            try "from credential".write(toFile: directory + "/matrix.password", atomically: true, encoding: .utf8)
            try "from file".write(toFile: directory + "/file", atomically: true, encoding: .utf8)
            func source(_ environment: Secret?, _ file: String?) -> SecretSource {
                SecretSource(
                    name: "matrix.password",
                    environment: environment,
                    file: file.map { PathSetting($0, in: directory) },
                    credentialsDirectory: directory
                )
            }
            #expect(try source(Secret("from environment"), "file").read()?.secret.reveal() == "from environment")
            #expect(try source(nil, "file").read()?.secret.reveal() == "from file")
            #expect(try source(nil, nil).read()?.secret.reveal() == "from credential")
            #expect(throws: ConfigurationError.self) { try source(nil, "missing").read() }
        }
    }
}
