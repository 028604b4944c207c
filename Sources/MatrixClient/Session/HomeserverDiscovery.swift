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
        let isURL = address.hasPrefix("https://") || address.hasPrefix("http://")
        let transport = isURL ? MatrixTransport(http: http, baseURL: address) : try await lookUp(address)
        let versions = try await transport.execute(Versions()).versions
        guard !versions.isEmpty else {
            throw MatrixClientError(
                .notAHomeserver,
                "\(transport.baseURL) names no version of the Matrix API that it speaks; check matrix.homeserver"
            )
        }
        return transport
    }

    private func lookUp(_ serverName: String) async throws(MatrixClientError) -> MatrixTransport {
        let direct = MatrixTransport(http: http, baseURL: "https://\(serverName)")
        do throws(MatrixClientError) {
            let baseURL = try await direct.execute(WellKnownClient(), maximumRedirects: 5).baseURL
            guard baseURL.hasPrefix("https://") || baseURL.hasPrefix("http://") else {
                throw MatrixClientError(
                    .notAHomeserver,
                    "the well-known file of \(serverName) names \"\(baseURL.prefix(100))\", which is no URL"
                )
            }
            return MatrixTransport(http: http, baseURL: baseURL)
        } catch {
            // A 404, or the web page of the domain: the file is optional, and its lack sends us to the name itself.
            guard error.code == .rejected || (error.code == .notAHomeserver && error.cause == nil) else { throw error }
            return direct
        }
    }
}
