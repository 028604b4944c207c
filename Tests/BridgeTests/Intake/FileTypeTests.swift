import Bridge
import Testing

@Suite struct FileTypeTests {
    @Test(
        arguments: [
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00], .png),
            ([0x89, 0x50, 0x4E, 0x47], .unknown),
            ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg),
            (Array("GIF89a..".utf8), .gif), (Array("GIF87a..".utf8), .gif), (Array("GIF88a".utf8), .text),
            (Array("RIFF....WEBPVP8 ".utf8), .webp), (Array("RIFF....WAVEfmt ".utf8), .wav),
            (Array("%PDF-1.7".utf8), .pdf), (Array("OggS\0".utf8), .ogg), (Array("ID3\u{4}".utf8), .mp3),
            ([0xFF, 0xFB, 0x90], .mp3), (Array("\0\0\0 ftypisom".utf8), .mp4), ([0x1A, 0x45, 0xDF, 0xA3], .webm),
            ([0x50, 0x4B, 0x03, 0x04], .zip), (Array("Grüße".utf8), .text), ([], .text),
            ([0x47, 0xFF, 0xFE], .unknown), (Array("a\0b".utf8), .unknown),
        ] as [([UInt8], FileType)])
    func isToldByTheFirstBytes(_ bytes: [UInt8], _ type: FileType) {
        #expect(FileType(of: bytes, isWhole: true) == type)
    }

    @Test func aTextMayBeCutWithinACharacter() {
        let cut = Array("Rialto \u{1F680}".utf8).dropLast(2)
        #expect(FileType(of: cut, isWhole: false) == .text)
        #expect(FileType(of: cut, isWhole: true) == .unknown)
        let long = Array(String(repeating: "\u{1F680}", count: 2_000).utf8)
        #expect(FileType(of: [0x61] + long, isWhole: true) == .text)
    }
}
