import CCurl

/// The libcurl options that all transfers of a client share.
struct CurlOptions: Sendable {
    /// The configuration that they follow from.
    let configuration: CurlHTTPClient.Configuration

    /// Sets the options of a new handle.
    func apply(to easy: EasyHandle) {
        // Signals are process-wide; timeouts of name resolution work without them.
        easy.set(CURLOPT_NOSIGNAL, 1)
        // A cancelled transfer must not wait for a resolver thread, which would stop the whole loop.
        easy.set(CURLOPT_QUICK_EXIT, 1)
        easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        easy.set(CURLOPT_FOLLOWLOCATION, 0)
        easy.set(CURLOPT_HTTP_VERSION, Int(configuration.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        easy.set(CURLOPT_SSL_VERIFYPEER, 1)
        easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // An empty list offers every content coding that this libcurl can undo.
        easy.set(CURLOPT_ACCEPT_ENCODING, "")
        easy.set(CURLOPT_USERAGENT, configuration.userAgent)
        easy.set(CURLOPT_BUFFERSIZE, 16 * 1024)
        easy.set(CURLOPT_UPLOAD_BUFFERSIZE, 16 * 1024)
        easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        easy.set(CURLOPT_TCP_KEEPALIVE, 1)
        if let file = configuration.certificateAuthorityFile { easy.set(CURLOPT_CAINFO, file) }
        if configuration.proxy == .none { easy.set(CURLOPT_PROXY, "") }
    }
}
