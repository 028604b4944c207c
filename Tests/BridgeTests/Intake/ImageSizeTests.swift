import Bridge
import Testing

@Suite struct ImageSizeTests {
    private static let png: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0x02, 0x80, 0, 0, 0x01, 0xE0, 8, 2, 0, 0, 0]
    private static let gif: [UInt8] = Array("GIF89a".utf8) + [0x40, 0x01, 0xF0, 0x00, 0, 0, 0]
    private static let jpeg: [UInt8] =
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 6, 1, 2, 3, 4, 0xFF, 0xFF, 0xC2, 0, 17, 8, 0x01, 0xE0, 0x02, 0x80, 3, 0, 0]
    private static let lossy: [UInt8] =
        Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBPVP8 ".utf8) + [0, 0, 0, 0, 0, 0, 0, 0x9D, 0x01, 0x2A]
        + [0x80, 0x42, 0xE0, 0x01]
    private static let lossless: [UInt8] =
        Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBPVP8L".utf8) + [0, 0, 0, 0, 0x2F, 0x7F, 0xC2, 0x77, 0x00]
        + [0, 0, 0, 0, 0]
    private static let extended: [UInt8] =
        Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBPVP8X".utf8) + [10, 0, 0, 0, 0, 0, 0, 0]
        + [0x7F, 0x02, 0x00, 0xDF, 0x01, 0x00]

    @Test(arguments: [png, jpeg, lossy, lossless, extended]) func aPictureTellsItsSize(_ bytes: [UInt8]) {
        #expect(ImageSize(of: bytes) == ImageSize(width: 640, height: 480))
    }

    @Test func aSmallOneToo() {
        #expect(ImageSize(of: Self.gif) == ImageSize(width: 320, height: 240))
    }

    @Test(arguments: [png, gif, jpeg, lossy, lossless, extended]) func aCutOneTellsNothingOrTheTruth(_ bytes: [UInt8]) {
        for length in 0..<bytes.count {
            let size = ImageSize(of: Array(bytes.prefix(length)))
            #expect(size == nil || size == ImageSize(of: bytes))
        }
    }

    @Test(arguments: [Array("%PDF-1.7".utf8), [0xFF, 0xD8, 0xFF, 0xC0, 0, 0], [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0xFF]])
    func whatIsNoPictureHasNone(_ bytes: [UInt8]) {
        #expect(ImageSize(of: bytes) == nil)
    }

    @Test func anEmptyPictureHasNone() {
        var bytes = Self.png
        bytes.replaceSubrange(16..<24, with: Array(repeating: 0, count: 8))
        #expect(ImageSize(of: bytes) == nil)
    }
}
