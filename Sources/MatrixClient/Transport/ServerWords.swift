import MatrixAPI

/// Makes the words in which a server explains an error fit for messages and logs: short, on one line, and without
/// anything that the request told it in confidence.
enum ServerWords {
    /// Strings shorter than this are found in any sentence, and their repetition tells nothing.
    private static let shortestSecret = 4

    /// The words, bounded; nil when they repeat the token, or a text from the body of the request.
    static func quote(_ words: String, token: AccessToken?, body: JSONValue?) -> String? {
        guard !words.isEmpty else { return nil }
        let isRepeated = { (text: String) in text.utf8.count >= shortestSecret && words.contains(text) }
        if let token, isRepeated(token.secret) { return nil }
        if let body, contains(body, where: isRepeated) { return nil }
        return tidy(words, limit: 300)
    }

    /// The code, or `M_UNKNOWN` in place of something that no code looks like.
    static func errcode(_ code: MatrixErrorCode) -> MatrixErrorCode {
        let isCode = { (byte: UInt8) in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
        let isWellFormed = (1...64).contains(code.rawValue.utf8.count) && code.rawValue.utf8.allSatisfy(isCode)
        return isWellFormed ? code : .unknown
    }

    /// The beginning of a foreign text, with spaces in place of control characters.
    ///
    /// - Parameter limit: The most Unicode scalars; a single visible character may hold any number of them.
    static func tidy(_ text: String, limit: Int) -> String {
        var tidied = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: tidied.append(" ")
            default: tidied.append(scalar)
            }
        }
        return String(tidied)
    }

    private static func contains(_ value: JSONValue, where isRepeated: (String) -> Bool) -> Bool {
        switch value {
        case .string(let text): isRepeated(text)
        case .array(let elements): elements.contains { contains($0, where: isRepeated) }
        case .object(let members): members.values.contains { contains($0, where: isRepeated) }
        default: false
        }
    }
}
