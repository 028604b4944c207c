import AgentRuntime
import Bridge
import Foundation
import MatrixAPI

/// A path of the configuration; a relative one starts from the folder of the file that names it.
struct PathSetting: TextConfigurationValue, Hashable {
    /// The path as it was written.
    let text: String
    /// The path to open.
    let path: String

    /// Makes a path that starts from `directory` where it is relative.
    init(_ text: String, in directory: String) {
        self.text = text
        path = text.hasPrefix("/") || directory.isEmpty ? text : directory + "/" + text
    }

    static var allowed: String { "a path" }

    init(text: String, directory: String) throws(ConfigurationValueError) {
        guard !text.trimmed.isEmpty, !text.utf8.contains(0) else { throw ConfigurationValueError("must be a path") }
        self.init(text, in: directory)
    }
}

/// Where a homeserver is: a URL, or a server name whose URL is to be discovered.
struct HomeserverAddress: TextConfigurationValue, Hashable {
    /// The address as it was written, without a slash at its end.
    let text: String

    static var allowed: String { "an http or https URL or a server name such as \"example.org\"" }

    init(text: String, directory: String) throws(ConfigurationValueError) {
        var address = text.trimmed
        while address.hasSuffix("/") { address.removeLast() }
        let isValid = address.contains("://") ? HTTPAddress.isValid(address) : UserID("@a:\(address)").isValid
        guard isValid else { throw ConfigurationValueError("must be \(Self.allowed)") }
        self.text = address
    }

    /// Whether the address is a URL to be used as it is.
    var isURL: Bool { text.contains("://") }
}

/// An `http` or `https` URL without credentials.
struct HTTPAddress: TextConfigurationValue, Hashable {
    /// The URL without a slash at its end.
    let text: String

    static var allowed: String { "an http or https URL" }

    init(text: String, directory: String) throws(ConfigurationValueError) {
        var address = text.trimmed
        while address.hasSuffix("/") { address.removeLast() }
        guard Self.isValid(address) else {
            throw ConfigurationValueError("must be \(Self.allowed) without user name, query and fragment")
        }
        self.text = address
    }

    /// Whether a text is such a URL.
    static func isValid(_ text: String) -> Bool {
        guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased() else {
            return false
        }
        return (scheme == "http" || scheme == "https") && !(components.host ?? "").isEmpty
            && components.user == nil && components.password == nil
            && components.query == nil && components.fragment == nil
    }
}

/// A `ws` or `wss` URL.
struct WebSocketAddress: TextConfigurationValue, Hashable {
    /// Whether the connection is encrypted.
    let isSecure: Bool
    /// The host, without brackets.
    let host: String
    /// The port.
    let port: Int
    /// The path, with its query, beginning with a slash.
    let path: String

    /// Makes an address.
    init(isSecure: Bool = false, host: String, port: Int, path: String) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.path = path
    }

    static var allowed: String { "a ws:// or wss:// URL such as \"ws://127.0.0.1:8790/agent_ws/\"" }

    init(text: String, directory: String) throws(ConfigurationValueError) {
        guard let components = URLComponents(string: text.trimmed), let scheme = components.scheme?.lowercased(),
            let host = components.host, !host.isEmpty
        else { throw ConfigurationValueError("must be \(Self.allowed)") }
        guard scheme == "ws" || scheme == "wss" else { throw ConfigurationValueError("must be \(Self.allowed)") }
        guard components.user == nil, components.password == nil, components.fragment == nil else {
            throw ConfigurationValueError("must be \(Self.allowed), without user name, password and fragment")
        }
        let port = components.port ?? (scheme == "wss" ? 443 : 80)
        guard (1...65535).contains(port) else { throw ConfigurationValueError("has a port outside of 1 to 65535") }
        let path = components.percentEncodedPath.isEmpty ? "/" : components.percentEncodedPath
        self.init(
            isSecure: scheme == "wss",
            host: host.trimmingBrackets,
            port: port,
            path: components.percentEncodedQuery.map { "\(path)?\($0)" } ?? path
        )
    }

    /// Whether only this machine is reached by it.
    var isLoopback: Bool { LoopbackHost.isLoopback(host) }

    var text: String { "\(isSecure ? "wss" : "ws")://\(host.bracketedIfIPv6):\(port)\(path)" }
}

/// A host and a port to listen on.
struct ListenAddress: TextConfigurationValue, Hashable {
    /// The host, without brackets.
    let host: String
    /// The port; 0 lets the system choose.
    let port: Int

    /// Makes an address.
    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    static var allowed: String { "host:port such as \"127.0.0.1:8790\"" }

    /// Whether only this machine reaches it.
    var isLoopback: Bool { LoopbackHost.isLoopback(host) }

    init(text: String, directory: String) throws(ConfigurationValueError) {
        let text = text.trimmed
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]) else {
            throw ConfigurationValueError("must be \(Self.allowed)")
        }
        let host = String(text[..<colon])
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        guard isBracketed || (!host.isEmpty && !host.contains(":") && !host.contains("/")) else {
            throw ConfigurationValueError("must be \(Self.allowed); an IPv6 address stands in brackets")
        }
        guard (0...65535).contains(port) else { throw ConfigurationValueError("has a port outside of 0 to 65535") }
        self.init(host: host.trimmingBrackets, port: port)
    }

    var text: String { "\(host.bracketedIfIPv6):\(port)" }
}

extension UserID: TextConfigurationValue {
    static var allowed: String { "a Matrix user id such as \"@rialto:example.org\"" }

    init(text: String, directory: String) throws(ConfigurationValueError) {
        let userID = UserID(text.trimmed)
        guard userID.isValid else { throw ConfigurationValueError("must be \(Self.allowed)") }
        self = userID
    }

    var text: String { rawValue }
}

extension UserIDGlob: TextConfigurationValue {
    static var allowed: String { "a pattern of user ids such as \"@*:example.org\"" }

    init(text: String, directory: String) throws(ConfigurationValueError) {
        let pattern = text.trimmed
        let isPattern = pattern == "*" || (pattern.hasPrefix("@") && pattern.contains(":"))
        guard isPattern, pattern.utf8.count <= 255, !pattern.contains(where: \.isWhitespace) else {
            throw ConfigurationValueError("must be \(Self.allowed)")
        }
        self.init(pattern)
    }

    var text: String { pattern }
}

extension Configuration.Platform.Backend: ChoiceConfigurationValue {}

extension Configuration.Provider.Kind: ChoiceConfigurationValue {}

extension ReasoningEffort: ChoiceConfigurationValue {}

extension Language: ChoiceConfigurationValue {}

extension StrangerAnswer: ChoiceConfigurationValue {}

extension PermissionRule.Access: ChoiceConfigurationValue {}

extension String {
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }

    fileprivate var bracketedIfIPv6: String { contains(":") ? "[\(self)]" : self }
}

/// Tells the names and addresses of the machine itself.
private enum LoopbackHost {
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
