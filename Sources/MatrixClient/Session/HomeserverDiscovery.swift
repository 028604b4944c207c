package import HTTP
import MatrixAPI

/// Finds the client-server API of a homeserver from what an operator wrote: a URL, or a server's name.
package struct HomeserverDiscovery: Sendable {
    private let http: any HTTPClient

    /// Creates a discovery.
    package init(http: any HTTPClient) {
        self.http = http
    }

    /// The homeserver behind an address, after it has said which versions it speaks.
    ///
    /// A URL is taken as it is. A server's name is looked up (client-server API, "Well-known URI"); without a well-known
    /// file the name itself is the homeserver.
    package func homeserver(_ address: String) async throws(MatrixClientError) -> MatrixTransport {
        let baseURL =
            switch try HomeserverAddress(address) {
            case .baseURL(let url): url
            case .serverName(let name, let host): try await lookUp(name, host: host)
            }
        let transport = MatrixTransport(http: http, baseURL: baseURL)
        let versions = try await transport.execute(Versions()).versions
        // "r0.6.1" and its like are from before the paths that every request here takes.
        guard versions.contains(where: { $0.hasPrefix("v") }) else {
            throw MatrixClientError(
                .notAHomeserver,
                "\(transport.baseURL) offers no version of the Matrix API from v1.1 on; check matrix.homeserver, "
                    + "or update the homeserver"
            )
        }
        return transport
    }

    private func lookUp(_ serverName: String, host: String) async throws(MatrixClientError) -> String {
        let answer: String
        do throws(MatrixClientError) {
            let origin = MatrixTransport(http: http, baseURL: "https://\(host)")
            answer = try await origin.execute(WellKnownClient(), maximumRedirects: 5).baseURL
        } catch {
            // The file is optional: where there is none, the name itself has to answer for the homeserver.
            if let status = error.status, (400..<500).contains(status), error.code != .limited {
                return "https://\(serverName)"
            }
            guard error.code == .notAHomeserver else { throw error }
            throw Self.useless(serverName, because: error.message, cause: error)
        }
        guard case .baseURL(let url)? = try? HomeserverAddress(answer) else {
            throw Self.useless(
                serverName, because: "it names \"\(ServerWords.tidy(answer, limit: 100))\", which is no URL")
        }
        return url
    }

    private static func useless(
        _ serverName: String,
        because reason: String,
        cause: MatrixClientError? = nil
    ) -> MatrixClientError {
        MatrixClientError(
            .notAHomeserver,
            "the well-known file of \(serverName) cannot be used: \(reason); set matrix.homeserver to the homeserver's URL",
            cause: cause
        )
    }
}
