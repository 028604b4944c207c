import NIOCore
import NIOHTTP1
import NIOSSL
import PlatformSDK

/// What the bridge shows to the agent, and by what it knows the agent.
package struct AgentClientSecurity: Sendable {
    /// The bearer token; nil for an agent that wants none.
    package var token: String?
    /// A PEM file with the authorities that the agent's certificate may come from, in place of the system's.
    package var authoritiesFile: String?

    /// Creates the security of a connection: by default no token and the system's authorities.
    package init(token: String? = nil, authoritiesFile: String? = nil) {
        self.token = token
        self.authoritiesFile = authoritiesFile
    }

    /// The TLS handler of one connection; the certificate is always verified, against the host's name or address.
    func handler(host: String) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authoritiesFile { configuration.trustRoots = .file(authoritiesFile) }
        do {
            let context = try NIOSSLContext(configuration: configuration)
            let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
            return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
        } catch {
            throw PlatformError(
                .unavailable, "TLS to the agent cannot be set up; check the file of authorities", cause: error)
        }
    }
}

/// What the agent server wants of its clients, and what it shows them.
package struct AgentServerSecurity: Sendable {
    /// The bearer token that a client has to show; nil where anybody may connect.
    package var token: String?
    /// The PEM files of the certificate chain and its key; nil for no TLS.
    package var certificate: (chainFile: String, keyFile: String)?

    /// Creates the security of a server: by default anybody may connect, without TLS.
    package init(token: String? = nil, certificate: (chainFile: String, keyFile: String)? = nil) {
        self.token = token
        self.certificate = certificate
    }

    /// Whether the request may become a connection: it shows the token, or comes from no web page where none is wanted.
    ///
    /// Browsers let any page open a WebSocket to any address, this machine's own among them, but none without `Origin`.
    func admits(_ request: HTTPRequestHead) -> Bool {
        token == nil ? request.headers["Origin"].isEmpty : showsToken(request)
    }

    /// Whether the request shows the token, compared in a time that does not tell where it differs.
    private func showsToken(_ request: HTTPRequestHead) -> Bool {
        guard let token else { return false }
        let fields = request.headers["Authorization"]
        guard fields.count == 1, fields[0].lowercased().hasPrefix("bearer ") else { return false }
        let shown = Array(fields[0].dropFirst("bearer ".count).utf8)
        let wanted = Array(token.utf8)
        var difference = UInt8(shown.count == wanted.count ? 0 : 1)
        for index in shown.indices { difference |= shown[index] ^ wanted[index % max(1, wanted.count)] }
        return difference == 0 && !wanted.isEmpty
    }

    /// The TLS of all connections; nil where there is none.
    func context() throws -> NIOSSLContext? {
        guard let certificate else { return nil }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate.chainFile).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(file: certificate.keyFile, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw PlatformError(
                .unavailable,
                "the agent server's certificate cannot be used; check \(certificate.chainFile) and its key",
                cause: error
            )
        }
    }
}
