import Foundation

/// Where an agent listens: the parts of a `ws://` or `wss://` URL.
package struct AgentEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// Why a text is no URL of an agent, for the person who wrote the configuration.
    package struct Invalid: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Whether the connection is encrypted, `wss://`.
    package let isSecure: Bool
    /// The host name or address.
    package let host: String
    /// The TCP port.
    package let port: Int
    /// The path and query as they stand in the URL.
    package let target: String

    /// Reads a URL; throws `Invalid`.
    package init(url text: String) throws {
        guard let components = URLComponents(string: text), let host = components.host, !host.isEmpty else {
            throw Self.invalid("\"\(text)\" is not a WebSocket URL; write it like ws://127.0.0.1:8790/agent_ws/")
        }
        switch components.scheme?.lowercased() {
        case "ws": isSecure = false
        case "wss": isSecure = true
        default:
            throw Self.invalid("the agent's URL must begin with ws:// or wss://, like ws://127.0.0.1:8790/agent_ws/")
        }
        guard components.user == nil, components.password == nil, components.fragment == nil else {
            throw Self.invalid("the agent's URL must not have a user, a password or a fragment")
        }
        let path = components.percentEncodedPath
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.port = components.port ?? (isSecure ? 443 : 80)
        self.target = (path.isEmpty ? "/" : path) + (components.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    /// The value of the HTTP `Host` field.
    package var authority: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The endpoint without its query, which may hold a secret.
    package var description: String {
        "\(isSecure ? "wss" : "ws")://\(authority)\(target.prefix { $0 != "?" })"
    }

    private static func invalid(_ message: String) -> Invalid {
        Invalid(description: message)
    }
}
