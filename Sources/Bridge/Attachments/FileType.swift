/// What a file is, told by its first bytes and never by its name or its sender's word.
package enum FileType: String, CaseIterable, Sendable {
    case png = "image/png"
    case jpeg = "image/jpeg"
    case gif = "image/gif"
    case webp = "image/webp"
    case pdf = "application/pdf"
    case mp3 = "audio/mpeg"
    case ogg = "audio/ogg"
    case wav = "audio/wav"
    case mp4 = "video/mp4"
    case webm = "video/webm"
    case zip = "application/zip"
    case text = "text/plain"
    case unknown = "application/octet-stream"

    /// How many of a file's first bytes are enough to tell.
    package static let prefixLength = 4_096

    /// The type's name in MIME.
    package var mimeType: String { rawValue }

    /// Whether it is an image.
    package var isImage: Bool { rawValue.hasPrefix("image/") }

    /// Tells a file's type by its first bytes.
    ///
    /// - Parameter isWhole: Whether these are all bytes of the file; a longer text may be cut within a character.
    package init(of bytes: some Collection<UInt8>, isWhole: Bool) {
        let start = Array(bytes.prefix(Self.prefixLength))
        if let known = Self.signatures.first(where: { $0.matches(start) }) {
            self = known.type
        } else {
            self = Self.isText(start, isWhole: isWhole && start.count == bytes.count) ? .text : .unknown
        }
    }

    private struct Signature {
        let type: FileType
        /// Bytes and where they stand.
        let marks: [(offset: Int, bytes: [UInt8])]

        func matches(_ start: [UInt8]) -> Bool {
            marks.allSatisfy { mark in start.dropFirst(mark.offset).starts(with: mark.bytes) }
        }

        init(_ type: FileType, _ marks: (Int, [UInt8])...) {
            self.type = type
            self.marks = marks.map { (offset: $0.0, bytes: $0.1) }
        }
    }

    private static let signatures = [
        Signature(.png, (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])),
        Signature(.jpeg, (0, [0xFF, 0xD8, 0xFF])),
        Signature(.gif, (0, Array("GIF87a".utf8))),
        Signature(.gif, (0, Array("GIF89a".utf8))),
        Signature(.webp, (0, Array("RIFF".utf8)), (8, Array("WEBP".utf8))),
        Signature(.wav, (0, Array("RIFF".utf8)), (8, Array("WAVE".utf8))),
        Signature(.pdf, (0, Array("%PDF-".utf8))),
        Signature(.ogg, (0, Array("OggS".utf8))),
        Signature(.mp3, (0, Array("ID3".utf8))),
        Signature(.mp3, (0, [0xFF, 0xFB])),
        Signature(.mp3, (0, [0xFF, 0xF3])),
        Signature(.mp3, (0, [0xFF, 0xF2])),
        Signature(.mp4, (4, Array("ftyp".utf8))),
        Signature(.webm, (0, [0x1A, 0x45, 0xDF, 0xA3])),
        Signature(.zip, (0, [0x50, 0x4B, 0x03, 0x04])),
        Signature(.zip, (0, [0x50, 0x4B, 0x05, 0x06])),
    ]

    private static func isText(_ bytes: [UInt8], isWhole: Bool) -> Bool {
        guard !bytes.contains(0) else { return false }
        // The last character of a beginning may be cut off: it has at most three bytes too few to be whole.
        let cuts = isWhole ? 0...0 : 0...min(3, bytes.count)
        return cuts.contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
    }
}
