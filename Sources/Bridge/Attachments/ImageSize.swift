/// The width and height of a picture, told by its first bytes.
package struct ImageSize: Hashable, Sendable {
    /// In pixels.
    package let width: Int
    /// In pixels.
    package let height: Int

    /// Creates a size.
    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Reads the size of a PNG, GIF, WebP or JPEG; nil where the bytes do not tell it.
    ///
    /// - Parameter bytes: The beginning of the file; a JPEG tells its size behind its metadata.
    package init?(of bytes: [UInt8]) {
        let size: ImageSize? =
            switch FileType(of: bytes, isWhole: false) {
            case .png: Self.png(bytes)
            case .gif: Self.gif(bytes)
            case .webp: Self.webP(bytes)
            case .jpeg: Self.jpeg(bytes)
            default: nil
            }
        guard let size, size.width > 0, size.height > 0 else { return nil }
        self = size
    }

    /// Portable Network Graphics, "IHDR Image header".
    private static func png(_ bytes: [UInt8]) -> ImageSize? {
        guard bytes.count >= 24 else { return nil }
        return ImageSize(width: bigEndian(bytes[16..<20]), height: bigEndian(bytes[20..<24]))
    }

    /// GIF89a, "Logical Screen Descriptor".
    private static func gif(_ bytes: [UInt8]) -> ImageSize? {
        guard bytes.count >= 10 else { return nil }
        return ImageSize(width: littleEndian(bytes[6..<8]), height: littleEndian(bytes[8..<10]))
    }

    /// RFC 9649, in each of its three forms.
    private static func webP(_ bytes: [UInt8]) -> ImageSize? {
        guard bytes.count >= 30 else { return nil }
        switch Array(bytes[12..<16]) {
        case Array("VP8X".utf8):
            return ImageSize(width: littleEndian(bytes[24..<27]) + 1, height: littleEndian(bytes[27..<30]) + 1)
        case Array("VP8L".utf8):
            let bits = littleEndian(bytes[21..<25])
            return ImageSize(width: (bits & 0x3FFF) + 1, height: ((bits >> 14) & 0x3FFF) + 1)
        case Array("VP8 ".utf8):
            return ImageSize(
                width: littleEndian(bytes[26..<28]) & 0x3FFF, height: littleEndian(bytes[28..<30]) & 0x3FFF)
        default:
            return nil
        }
    }

    /// ITU-T T.81, "Frame header syntax": the size stands in the first start-of-frame segment.
    private static func jpeg(_ bytes: [UInt8]) -> ImageSize? {
        var position = 2
        while position + 9 <= bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            switch marker {
            case 0xFF:
                position += 1
            case 0xC0...0xCF where marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
                return ImageSize(
                    width: bigEndian(bytes[(position + 7)..<(position + 9)]),
                    height: bigEndian(bytes[(position + 5)..<(position + 7)]))
            default:
                position += 2 + max(2, bigEndian(bytes[(position + 2)..<(position + 4)]))
            }
        }
        return nil
    }

    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
