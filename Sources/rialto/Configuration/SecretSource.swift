import Foundation

/// The secrets that came with the environment, apart from the settings because they are never written in the file.
struct SecretsInEnvironment: Sendable {
    /// `MATRIX_PASSWORD`.
    var matrixPassword: Secret?
    /// `MATRIX_ACCESS_TOKEN`.
    var matrixAccessToken: Secret?
    /// `OPENAI_API_KEY`.
    var openAIKey: Secret?
    /// `ANTHROPIC_API_KEY`.
    var anthropicKey: Secret?
    /// The folder of systemd's credentials, `CREDENTIALS_DIRECTORY`.
    var credentialsDirectory: String?

    /// No secrets.
    init() {}

    /// Takes the secrets out of an environment.
    init(_ environment: [String: String]) {
        func secret(_ name: String) -> Secret? { environment[name].map { Secret($0.trimmed) } }
        matrixPassword = environment["MATRIX_PASSWORD"].map(Secret.init)
        matrixAccessToken = secret("MATRIX_ACCESS_TOKEN")
        openAIKey = secret("OPENAI_API_KEY")
        anthropicKey = secret("ANTHROPIC_API_KEY")
        credentialsDirectory = environment["CREDENTIALS_DIRECTORY"]
    }
}

/// Where a secret may come from: the environment, then a file that the configuration names, then systemd's credentials.
///
/// It is read when it is needed, so that one role of the program can do without the secrets of another.
struct SecretSource: Sendable {
    /// The longest secret, in bytes; a larger file is a mistake.
    static let maximumBytes = 65_536

    /// The name of the secret, which is also that of its systemd credential.
    let name: String
    /// The value of the environment.
    let environment: Secret?
    /// The file that the configuration names.
    let file: PathSetting?
    /// The folder of systemd's credentials.
    let credentialsDirectory: String?

    /// What was found.
    struct Found: Sendable {
        /// The secret.
        let secret: Secret
        /// What should be looked at, such as a file that others can read.
        let warning: String?
    }

    /// Finds the secret; nil where there is none. A file that is named has to be readable and not empty.
    func read() throws(ConfigurationError) -> Found? {
        if let environment { return Found(secret: environment, warning: nil) }
        if let file { return try Self.read(file.path, as: "\(name)_file", checksPermissions: true) }
        if let credentialsDirectory {
            let path = credentialsDirectory + "/" + name
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            return try Self.read(path, as: name, checksPermissions: false)
        }
        return nil
    }

    /// Reads a secret from a file, without the line break at its end.
    static func read(_ path: String, as key: String, checksPermissions: Bool) throws(ConfigurationError) -> Found {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            let reason = exists ? "cannot be read; check its permissions" : "there is no such file"
            throw ConfigurationError(.file(path), key: key, reason)
        }
        defer { try? handle.close() }
        let data: Data
        do {
            data = try handle.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            throw ConfigurationError(.file(path), key: key, "cannot be read; it must be a file")
        }
        guard data.count <= maximumBytes else {
            throw ConfigurationError(.file(path), key: key, "is larger than \(maximumBytes) bytes")
        }
        guard var text = String(data: data, encoding: .utf8) else {
            throw ConfigurationError(.file(path), key: key, "is not a text in UTF-8")
        }
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw ConfigurationError(.file(path), key: key, "is empty") }
        guard !text.contains(where: { $0.isNewline || $0 == "\0" }) else {
            throw ConfigurationError(.file(path), key: key, "must hold one line")
        }
        return Found(secret: Secret(text), warning: checksPermissions ? warning(about: path) : nil)
    }

    private static func warning(about path: String) -> String? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue, mode & 0o077 != 0 else { return nil }
        return "\(path) can be read by other users of this machine; run: chmod 600 \(path)"
    }
}

extension Configuration {
    /// Where the account's password comes from.
    var matrixPassword: SecretSource {
        SecretSource(
            name: "matrix.password",
            environment: secretsInEnvironment.matrixPassword,
            file: matrix.passwordFile,
            credentialsDirectory: secretsInEnvironment.credentialsDirectory
        )
    }

    /// Where the account's access token comes from.
    var matrixAccessToken: SecretSource {
        SecretSource(
            name: "matrix.access_token",
            environment: secretsInEnvironment.matrixAccessToken,
            file: matrix.accessTokenFile,
            credentialsDirectory: secretsInEnvironment.credentialsDirectory
        )
    }

    /// Where the token of the agent connection comes from.
    var agentToken: SecretSource {
        SecretSource(
            name: "agent.token",
            environment: nil,
            file: agent.tokenFile,
            credentialsDirectory: secretsInEnvironment.credentialsDirectory
        )
    }

    /// Where the provider's key comes from.
    var providerKey: SecretSource {
        let environment: Secret? =
            switch provider.kind {
            case .anthropic: secretsInEnvironment.anthropicKey
            case .openaiChat, .openaiResponses: secretsInEnvironment.openAIKey
            case .echo: nil
            }
        return SecretSource(
            name: "provider.api_key",
            environment: environment,
            file: provider.apiKeyFile,
            credentialsDirectory: secretsInEnvironment.credentialsDirectory
        )
    }
}
